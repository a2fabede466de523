"""Accounts, domains, resellers, staff and API clients over HTTP: kept by administrators, seen by whom they concern."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app.base.vocabulary import Role, Scope
from app.db.tables.accounts import Account as AccountRow
from app.schemas.accounts import Account, Domain, DomainAdded
from app.schemas.clients import ApiClient, ClientWithSecret
from app.schemas.fields import Model
from app.schemas.listing import Listed
from app.schemas.resellers import Reseller
from app.schemas.staff import Staff
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers


@dataclass
class Office:
    """A provider with one caller of every kind; its policy wants addresses that do not fail with the account."""

    front: FrontDesk
    account: AccountRow
    callers: dict[str, Headers]

    @property
    def admin(self) -> Headers:
        return self.callers["admin"]

    async def ask(self, method: str, path: str, status: int = 200, *, who: Headers | None = None, **body: Any) -> Any:
        match = {"If-Match": "*"} if method == "PATCH" else {}
        answer = await self.front.client.request(
            method, f"/v1/{path}", json=body or None, headers={**match, **(who or self.admin)}
        )
        assert answer.status_code == status, (method, path, answer.text)
        return answer.json() if answer.content else None

    async def post(self, path: str, status: int = 201, *, who: Headers | None = None, **body: Any) -> Any:
        return await self.ask("POST", path, status, who=who, **body)

    async def events(self) -> list[str]:
        rows = await self.front.owner.fetch("SELECT type FROM event ORDER BY id")
        return [row["type"] for row in rows]


@pytest.fixture
async def office(front: FrontDesk) -> Office:
    provider = await front.provider("plutus")
    account, _, customer = await front.customer("plutus", number="M1001")
    own = await factories.reseller(front.owner, provider.id, number="R1")
    callers = {
        "admin": await front.staff(provider, Role.ADMIN),
        "staff": await front.staff(provider),
        "reseller": await front.reseller(provider, own),
        "customer": customer,
        "service": await front.service(provider, *Scope),
    }
    return Office(front, account, callers)


NEW: dict[str, tuple[dict[str, Any], type[Model]]] = {
    "accounts": ({"number": "M2002", "name": "Maple Cycles", "products": ["shared_hosting"]}, Account),
    "accounts/M1001/domains": ({"name": "bakery.example"}, DomainAdded),
    "resellers": ({"number": "R2", "name": "Northlight", "parent": "R1", "account": "M1001"}, Reseller),
    "staff": ({"email": "Ada@Desk.example", "name": "Ada", "departments": []}, Staff),
    "clients": ({"name": "client-area", "scopes": ["submit"]}, ClientWithSecret),
}
SEEN_BY = {
    "accounts": {"admin", "staff", "reseller", "customer", "service"},
    "accounts/M1001/domains": {"admin", "staff", "customer", "service"},
    "resellers": {"admin", "staff", "reseller"},
    "staff": {"admin", "staff"},
    "clients": {"admin"},
}


@pytest.mark.parametrize("path", NEW)
async def test_administrators_make_them_and_whom_they_concern_sees_them(office: Office, path: str) -> None:
    body, model = NEW[path]
    for name, who in office.callers.items():
        if name != "admin":
            assert (await office.post(path, 403, who=who, **body))["code"] == "forbidden", name
    made = await office.front.client.post(f"/v1/{path}", json=body, headers=office.admin)
    assert made.status_code == 201, made.text
    model.model_validate_json(made.content)
    again = await office.post(path, 409, **body)
    assert again["code"] == "already_exists"
    for name, who in office.callers.items():
        expected = 200 if name in SEEN_BY[path] else 404 if path.endswith("domains") else 403
        await office.ask("GET", path, expected, who=who)
    if not path.endswith("domains"):
        location = made.headers["location"].removeprefix("/v1/")
        read = await office.ask("GET", location)
        shown = {name: value for name, value in made.json().items() if name != "client_secret"}
        assert read == shown
        assert made.headers["etag"] == '"1"'
    assert len(await office.events()) == 1


@pytest.mark.parametrize("path", ["accounts", "resellers", "staff", "clients"])
async def test_lists_go_page_by_page(office: Office, path: str) -> None:
    body, _ = NEW[path]
    key = next(iter(body))
    for n in range(3):
        value = f"a{n}@desk.example" if key == "email" else f"X{n}"
        await office.post(path, **{**body, key: value, **({"account": None} if path == "resellers" else {})})
    seen: list[str] = []
    query = "?limit=2"
    while query:
        page = await office.ask("GET", f"{path}{query}")
        seen += [row["id"] for row in page["data"]]
        query = f"?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert len(seen) == len(set(seen)) >= 3
    assert seen == sorted(seen)


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "accounts": (
        {
            "name": "Maple",
            "server": "hera1",
            "users_total": 7,
            "external_ref": "CRM-1",
            "reseller": "R1",
            "since": "2024-02-29",
        },
        {"since": "2024-02-29", "name": "Maple", "server": "hera1", "users_total": 7, "external_ref": "CRM-1"},
    ),
    "resellers": ({"name": "Southlight", "parent": None}, {"name": "Southlight", "parent": None}),
    "staff": (
        {"level": 2, "supervisor": True, "email": "Ada.L@desk.example"},
        {"level": 2, "supervisor": True, "email": "ada.l@desk.example"},
    ),
    "clients": ({"scopes": ["events", "submit"]}, {"scopes": ["events", "submit"]}),
}


@pytest.mark.parametrize("path", CHANGES)
async def test_a_change_rests_on_the_version_that_was_read(office: Office, path: str) -> None:
    front, (patch, after) = office.front, CHANGES[path]
    made = await office.post(path, **NEW[path][0])
    url = f"/v1/{path}/{made['id']}"
    unread = await front.client.patch(url, json=patch, headers=office.admin)
    assert unread.status_code == 428
    front.now = NOW + timedelta(minutes=1)
    patched = await front.client.patch(url, json=patch, headers={**office.admin, "If-Match": '"1"'})
    assert (patched.status_code, patched.headers.get("etag")) == (200, '"2"'), patched.text
    assert after.items() <= patched.json().items()
    assert patched.json() == (await front.client.get(url, headers=office.admin)).json()
    stale = await front.client.patch(url, json=patch, headers={**office.admin, "If-Match": '"1"'})
    assert stale.status_code == 412
    for name, who in office.callers.items():
        if name != "admin":
            await office.ask("PATCH", url.removeprefix("/v1/"), 403, who=who, **patch)
    await office.ask("PATCH", f"{path}/{factories.new_id()}", 404, **patch)
    # The log tells which fields, and never a person's.
    data = await front.owner.fetchval("SELECT data::text FROM event ORDER BY id DESC LIMIT 1")
    assert "desk.example" not in data
    assert set(patch) <= set(json.loads(data)["fields"])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("accounts", {"number": "no/slash"}, "/number"),
    ("accounts", {"number": "0" * 36}, "/number"),
    ("accounts", {"products": ["moonshine"]}, "/products/0"),
    ("accounts", {"reseller": "nobody"}, "/reseller"),
    ("accounts", {"facts": {"moonshine": 1}}, "/facts/moonshine"),
    ("accounts", {"facts": {"error_message": "x"}}, "/facts/error_message"),
    ("accounts", {"contract": {"after_hours": "always"}}, "/contract/after_hours"),
    ("accounts", {"metadata": {"a": 1}}, "/metadata/a"),
    ("accounts/M1001/domains", {"name": "localhost"}, "/name"),
    ("accounts/M1001/domains", {"name": "a b.example"}, "/name"),
    ("resellers", {"parent": "nobody"}, "/parent"),
    ("resellers", {"account": "nobody"}, "/account"),
    ("staff", {"email": "nobody"}, "/email"),
    ("staff", {"level": 0}, "/level"),
    ("staff", {"role": "service"}, "/role"),
    ("staff", {"departments": ["moonshine"]}, "/departments/0"),
    ("clients", {"scopes": ["admin"]}, "/scopes/0"),
    ("clients", {"scopes": []}, "/scopes"),
    ("clients", {"reseller": "R1"}, "/scopes"),
    ("clients", {"secret": "mine"}, "/secret"),
]


async def test_bad_input_is_pointed_at(office: Office) -> None:
    for path, wrong, pointer in WRONG:
        refused = await office.post(path, 422, **{**NEW[path][0], **wrong})
        assert [fault["pointer"] for fault in refused["errors"]] == [pointer], wrong
    assert await office.events() == []


# ── accounts and their domains ───────────────────────────────────────────────
@pytest.mark.parametrize("path", ["accounts", "resellers"])
async def test_numbers_differ_in_more_than_capitals_and_those_that_do_not_yet_go_on(office: Office, path: str) -> None:
    noun = path.removesuffix("s")
    await office.post(path, number="AcmeCo", name="Acme")
    for number in ("acmeco", "ACMECO", "AcmeCo"):
        refused = await office.post(path, 409, number=number, name="Another")
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("already_exists", "/number")
        assert refused["detail"] == f"The {noun} AcmeCo exists: numbers must differ in more than capitals."
    owner = office.front.owner
    made = await owner.fetchval(f"SELECT to_jsonb({noun}) FROM {noun} WHERE number = 'AcmeCo'")
    twin = json.dumps({**made, "number": "acmeco", "id": str(uuid4())})
    await owner.execute(f"INSERT INTO {noun} SELECT * FROM jsonb_populate_record(NULL::{noun}, $1::text::jsonb)", twin)
    for number in ("acmeco", "AcmeCo"):
        changed = await office.ask("PATCH", f"{path}/{number}", name=f"Of {number}")
        assert (changed["number"], changed["name"]) == (number, f"Of {number}")


async def test_an_address_is_listed_once_on_an_account_however_it_is_capitalised(office: Office) -> None:
    url = f"accounts/{office.account.number}/contacts"
    first = await office.post(url, role="authorised", email="Jo@Bakery.example", name="Jo")
    assert first["email"] == "jo@bakery.example"
    again = await office.post(url, 409, role="authorised", email="JO@bakery.EXAMPLE", name="Jo")
    assert again["code"] == "already_exists"


async def test_a_new_account_is_decided_by_at_once(office: Office) -> None:
    contract = {"after_hours": True}
    await office.post("accounts", number="M9", name="Kudu Lodge", products=["shared_hosting"], contract=contract)
    person: dict[str, Any] = {"role": "primary", "email": "maria@mailbox.example"}
    await office.post("accounts/M9/contacts", who=office.callers["staff"], **person)
    asked: dict[str, Any] = {
        "account": "M9",
        "sender": {"email": "maria@mailbox.example"},
        "facts": {"topic": "web.offline"},
    }
    decision = await office.ask("POST", "classifications", who=office.callers["service"], **asked)
    assert decision["standing"] == "primary"
    assert (await office.ask("GET", "accounts/M9"))["contract"] == contract
    patched = await office.ask("PATCH", "accounts/M9", contract=None, metadata={"a": "1"})
    assert (patched["contract"], patched["metadata"]) == (None, {"a": "1"})
    assert (await office.ask("PATCH", "accounts/M9", metadata={"a": None, "b": "2"}))["metadata"] == {"b": "2"}


async def test_a_domain_hosted_later_flags_whoever_lives_on_it_and_drops_nobody(office: Office) -> None:
    front, account = office.front, office.account
    below = await factories.contact(
        front.owner, account, role="secondary", token_role="secondary_contact", email="me@mail.bakery.example", slot=1
    )
    added = await office.post("accounts/M1001/domains", name="Bakery.example")
    assert [one["id"] for one in added["flagged"]] == [str(below.id)]
    person = await office.ask("GET", f"contacts/{below.id}")
    assert (person["flag"], person["version"]) == ("needs_replacement", 2)
    assert (await office.ask("GET", "accounts/M1001"))["version"] == 2
    listed = await office.ask("GET", "accounts/M1001/domains", who=office.callers["customer"])
    assert [Domain.model_validate(one).name for one in listed["data"]] == ["bakery.example"]
    spared = await office.post("accounts/M1001/domains", name="notbakery.example")
    assert spared["flagged"] == []
    await office.ask("DELETE", "accounts/M1001/domains/bakery.example", 403, who=office.callers["staff"])
    await office.ask("DELETE", "accounts/M1001/domains/bakery.example", 204)
    await office.ask("DELETE", "accounts/M1001/domains/bakery.example", 404)
    await office.ask("DELETE", f"accounts/M1001/domains/{spared['id']}", 204)
    assert (await office.ask("GET", f"contacts/{below.id}"))["flag"] is None
    assert (await office.ask("GET", "accounts/M1001/domains"))["data"] == []
    assert await office.events() == [
        *("account.domain_added", "contact.flagged", "account.domain_added"),
        *("account.domain_removed", "contact.unflagged", "account.domain_removed"),
    ]


# ── whether the listed people are up to date ─────────────────────────────────
async def test_proof_makes_people_stale_and_stale_people_get_no_support_until_they_are_confirmed(
    office: Office,
) -> None:
    front, customer = office.front, office.callers["customer"]
    url = "accounts/M1001/outdate-contacts"
    for name in ("customer", "reseller"):
        await office.post(url, 403, who=office.callers[name], because="known_change")
    stale = await office.post(url, 200, who=office.callers["staff"], because="known_change", note="Maria has left")
    assert (stale["contact_info_current"], stale["version"]) == (False, 2)
    asked = {"subject": "Site down", "body": "Error 500", "facts": {"topic": "web.offline"}}
    refused = await front.client.post("/v1/tickets", json=asked, headers={**customer, **front.key()})
    ticket = refused.json()
    assert (refused.status_code, ticket["outcome"], ticket["reason"]) == (201, "refused", "contact_info_outdated")
    assert "PLU-12" in {citation["clause"] for citation in ticket["decision"]["citations"]}
    complaint = {"subject": "Nobody helps me", "body": "I complain.", "facts": {"topic": "management.complaint"}}
    heard = await front.client.post("/v1/tickets", json=complaint, headers={**customer, **front.key()})
    assert heard.json()["outcome"] == "accepted", heard.text
    current = await office.post("accounts/M1001/confirm-contacts", 200, who=customer)
    assert current["contact_info_current"]
    again = await front.client.post("/v1/tickets", json=asked, headers={**customer, **front.key()})
    assert again.json()["outcome"] == "accepted"
    provider = await front.provider("plutus")
    await office.post(url, 403, who=await front.service(provider, Scope.SUBMIT), because="hard_bounce")
    await office.post(url, 200, who=await front.service(provider, Scope.INBOUND), because="hard_bounce")
    assert not (await office.ask("GET", "accounts/M1001"))["contact_info_current"]
    told = await front.owner.fetch("SELECT data FROM event WHERE type = 'account.outdated' ORDER BY id")
    assert [row["data"]["because"] for row in told] == ["known_change", "hard_bounce"]
    assert "Maria" not in str(told)


async def test_a_year_without_confirmation_only_asks_for_one(office: Office) -> None:
    front = office.front
    account = await office.ask("GET", "accounts/M1001")
    assert account["contact_info_confirm_by"] == "2027-02-10T15:00:00Z"
    front.now = NOW + timedelta(days=500)
    staff = await front.staff(await front.provider("plutus"))
    later = await office.ask("GET", "accounts/M1001", who=staff)
    assert (later["contact_info_current"], later["contact_info_confirm_by"]) == (True, "2027-02-10T15:00:00Z")
    asked: dict[str, Any] = {"account": "M1001", "facts": {"topic": "web.offline"}, "sender": {
        "email": await front.owner.fetchval("SELECT email FROM contact")}}  # fmt: skip
    decision = await office.ask("POST", "classifications", who=staff, **asked)
    assert decision["reason"] != "contact_info_outdated"


# ── resellers ────────────────────────────────────────────────────────────────
async def test_a_reseller_sees_its_tree_and_nothing_above_or_beside_it(office: Office) -> None:
    front = office.front
    made = {
        number: await office.post("resellers", number=number, name=number, parent=parent)
        for number, parent in (("R2", "R1"), ("R3", "R2"), ("R9", None))
    }
    provider = await front.provider("plutus")
    row = await factories.account(front.owner, provider.id, number="M3", reseller_id=made["R3"]["id"])
    who = front.bearer(provider, Role.RESELLER, made["R2"]["id"], reseller=made["R2"]["id"])
    seen = await office.ask("GET", "resellers", who=who)
    assert [one["number"] for one in seen["data"]] == ["R2", "R3"]
    assert [one["parent"] and one["parent"]["number"] for one in seen["data"]] == [None, "R2"]
    for hidden in ("R1", "R9", made["R9"]["id"]):
        await office.ask("GET", f"resellers/{hidden}", 404, who=who)
    accounts = await office.ask("GET", "accounts", who=who)
    assert [one["id"] for one in accounts["data"]] == [str(row.id)]
    assert [one["number"] for one in (await office.ask("GET", "resellers?parent=R2"))["data"]] == ["R3"]


async def test_no_reseller_stands_below_itself(office: Office) -> None:
    await office.post("resellers", number="R2", name="x", parent="R1")
    await office.post("resellers", number="R3", name="x", parent="R2")
    for number, parent in (("R1", "R3"), ("R1", "R1"), ("R2", "R3")):
        refused = await office.ask("PATCH", f"resellers/{number}", 422, parent=parent)
        assert refused["errors"][0]["pointer"] == "/parent"
    assert (await office.ask("PATCH", "resellers/R3", parent="R1"))["parent"]["number"] == "R1"


async def test_who_is_switched_off_is_out_at_the_next_call(office: Office) -> None:
    front = office.front
    me = {name: await office.ask("GET", "me", who=who) for name, who in office.callers.items()}
    paths = {
        "reseller": "resellers/R1",
        "staff": f"staff/{me['staff']['id']}",
        "service": f"clients/{me['service']['id']}",
    }
    for name, path in paths.items():
        off = await office.post(f"{path}/deactivate", 200)
        assert (off["active"], off["version"]) == (False, 2)
        assert (await office.post(f"{path}/deactivate", 200))["version"] == 2
        await office.ask("GET", "me", 401, who=office.callers[name])
        on = await office.front.client.post(f"/v1/{path}/activate", headers={**office.admin, "If-Match": '"2"'})
        assert on.json() == await office.ask("GET", path)
        await office.ask("GET", "me", who=office.callers[name])
        stale = await front.client.post(f"/v1/{path}/deactivate", headers={**office.admin, "If-Match": '"1"'})
        assert stale.status_code == 412
        await office.post(f"{path}/deactivate", 403, who=office.callers["staff"])


async def test_an_administrator_stays_one_until_another_says_otherwise(office: Office) -> None:
    me = await office.ask("GET", "me", who=office.admin)
    await office.post(f"staff/{me['id']}/deactivate", 409)
    await office.ask("PATCH", f"staff/{me['id']}", 409, role="staff")
    assert (await office.ask("PATCH", f"staff/{me['id']}", name="Grace", role="admin"))["name"] == "Grace"
    other = await office.front.staff(await office.front.provider("plutus"), Role.ADMIN)
    await office.ask("PATCH", f"staff/{me['id']}", who=other, role="staff")
    await office.ask("GET", "clients", 401)


# ── API clients ──────────────────────────────────────────────────────────────
async def token(front: FrontDesk, client: dict[str, Any], secret: str) -> httpx2.Response:
    return await front.client.post(
        "/v1/oauth/token", data={"grant_type": "client_credentials"}, auth=(client["client_id"], secret)
    )


async def test_two_secrets_are_good_while_a_machine_changes_over(office: Office) -> None:
    front = office.front
    client = await office.post("clients", name="billing", scopes=["payments"])
    first = client["client_secret"]
    assert (await token(front, client, first)).status_code == 200
    used = ApiClient.model_validate(await office.ask("GET", f"clients/{client['id']}"))
    assert used.last_used_at == NOW
    renewed = await office.post("clients/billing/rotate", 200, grace_seconds=3600)
    second = ClientWithSecret.model_validate(renewed).client_secret
    assert renewed["previous_expires_at"] == "2026-02-10T16:00:00Z"
    assert [(await token(front, client, s)).status_code for s in (first, second, "guess")] == [200, 200, 401]
    front.now = NOW + timedelta(hours=2)
    assert [(await token(front, client, s)).status_code for s in (first, second)] == [401, 200]
    for name in ("staff", "customer", "service", "reseller"):
        await office.post("clients/billing/rotate", 403, who=office.callers[name], grace_seconds=0)
    stored = await front.owner.fetchval("SELECT string_agg(to_jsonb(e)::text, '') FROM event AS e")
    assert first not in stored
    assert second not in stored


async def test_a_secret_is_shown_once_and_never_kept(office: Office) -> None:
    front = office.front
    headers = {**office.admin, **front.key()}
    body = {"name": "client-area", "scopes": ["submit"]}
    answers = await asyncio.gather(*(front.client.post("/v1/clients", json=body, headers=headers) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    secret = next(a.json()["client_secret"] for a in answers if a.status_code == 201)
    assert all("client_secret" not in a.json() for a in answers if a.status_code == 409)
    kept = await front.owner.fetch("SELECT * FROM idempotency_key")
    assert [row["body"] for row in kept] == [None]
    assert secret not in (await front.client.get("/v1/clients", headers=office.admin)).text


async def test_a_client_of_a_reseller_speaks_for_it(office: Office) -> None:
    client = await office.post("clients", name="northlight", reseller="R1", scopes=[])
    assert (client["role"], client["reseller"]["number"]) == ("reseller", "R1")
    issued = (await token(office.front, client, client["client_secret"])).json()
    me = await office.ask("GET", "me", who={"Authorization": f"Bearer {issued['access_token']}"})
    assert (me["role"], me["reseller"]["number"]) == ("reseller", "R1")
    refused = await office.ask("PATCH", "clients/northlight", 422, scopes=["submit"])
    assert refused["errors"][0]["pointer"] == "/scopes"


async def test_another_providers_things_are_not_there(office: Office) -> None:
    foreign = await office.front.staff(await office.front.provider(), Role.ADMIN)
    for path in ("accounts/M1001", "resellers/R1"):
        await office.ask("GET", path, 404, who=foreign)
        await office.ask("PATCH", path, 404, who=foreign, name="mine")
    for path in ("accounts/M1001/domains", "accounts/M1001/outdate-contacts"):
        body = {"name": "x.example"} if path.endswith("domains") else {"because": "known_change"}
        await office.post(path, 404, who=foreign, **body)
    assert (await office.ask("GET", "staff", who=foreign))["data"][0]["role"] == "admin"
    assert len((await office.ask("GET", "staff", who=foreign))["data"]) == 1
    assert (await office.ask("GET", "clients", who=foreign))["data"] == []


async def test_the_same_request_twice_makes_one(office: Office) -> None:
    headers = {**office.admin, **office.front.key()}
    for path in ("accounts", "staff", "accounts/M1001/domains"):
        headers = {**office.admin, **office.front.key()}
        post = office.front.client.post
        answers = [await post(f"/v1/{path}", json=NEW[path][0], headers=headers) for _ in range(2)]
        assert (answers[0].status_code, answers[0].content) == (201, answers[1].content)
        assert answers[1].headers["idempotent-replayed"] == "true"


async def test_lists_are_filtered(office: Office) -> None:
    await office.post("staff", email="b@desk.example", name="B", departments=[], role="admin")
    assert len((await office.ask("GET", "staff?role=admin"))["data"]) == 2
    assert (await office.ask("GET", "staff?active=false"))["data"] == []
    assert len(Listed[ApiClient].model_validate(await office.ask("GET", "clients?active=true")).data) == 1
    await office.ask("GET", "clients?colour=blue", 400)
