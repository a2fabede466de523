"""Listed people over HTTP: added, changed and removed as the policy allows, with its clauses where it does not."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import Role, Scope
from app.db.tables.accounts import Account as AccountRow
from app.db.tables.contacts import Contact as ContactRow
from app.schemas.accounts import Account
from app.schemas.contacts import Contact
from app.schemas.listing import Listed
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers


@dataclass
class Bakery:
    """An account with its primary contact and one authorised one."""

    account: AccountRow
    primary: ContactRow
    clerk: ContactRow
    as_primary: Headers
    as_clerk: Headers

    @property
    def url(self) -> str:
        return f"/v1/accounts/{self.account.number}/contacts"


@pytest.fixture
async def bakery(front: FrontDesk) -> Bakery:
    provider = await front.provider("plutus")
    account = await factories.account(front.owner, provider.id, product="shared_hosting")
    await factories.hosted_domain(front.owner, account, name="bakery.example")
    primary = await factories.contact(front.owner, account, slot=1, email="boss@bakery.example", name="Thandi Mokoena")
    clerk = await factories.contact(
        front.owner, account, role="authorised", token_role="authorised_contact", slot=1, email="clerk@bakery.example"
    )
    return Bakery(account, primary, clerk, front.contact(provider, primary), front.contact(provider, clerk))


async def add(front: FrontDesk, bakery: Bakery, who: Headers, **body: Any) -> Any:
    return await front.client.post(bakery.url, json={"role": "authorised", **body}, headers=who)


async def test_people_are_listed_and_read(front: FrontDesk, bakery: Bakery) -> None:
    answer = await front.client.get(bakery.url, params={"limit": 1}, headers=bakery.as_clerk)
    page = Listed[Contact].model_validate_json(answer.content)
    assert [contact.email for contact in page.data] == ["boss@bakery.example"]
    rest = await front.client.get(bakery.url, params={"limit": 1, "cursor": page.next_cursor or ""},
                                  headers=bakery.as_clerk)  # fmt: skip
    assert [contact["email"] for contact in rest.json()["data"]] == ["clerk@bakery.example"]
    one = await front.client.get(f"/v1/contacts/{bakery.clerk.id}", headers=bakery.as_primary)
    assert Contact.model_validate_json(one.content).account.number == bakery.account.number
    known = await front.client.get(
        f"/v1/contacts/{bakery.clerk.id}", headers={**bakery.as_primary, "If-None-Match": '"1"'}
    )
    assert known.status_code == 304
    account = await front.client.get(f"/v1/accounts/{bakery.account.id}", headers=bakery.as_primary)
    assert Account.model_validate_json(account.content).name == bakery.account.holder


async def test_one_who_may_adds_another_person(front: FrontDesk, bakery: Bakery) -> None:
    body = {"email": "Naledi@Bakery.example", "name": "Naledi Khumalo"}
    answer = await add(front, bakery, bakery.as_primary, **body)
    assert answer.status_code == 201, answer.text
    contact = Contact.model_validate_json(answer.content)
    assert (contact.email, contact.role, contact.token_role) == (
        "naledi@bakery.example",
        "authorised",
        "authorised_contact",
    )
    event = await front.owner.fetchrow("SELECT * FROM event WHERE type = 'contact.added'")
    assert (event["subject_id"], event["data"]) == (
        contact.id,
        {"account": str(bakery.account.id), "role": "authorised"},
    )
    read = await front.client.get(answer.headers["location"], headers=bakery.as_primary)
    assert read.json() == answer.json()
    again = await add(front, bakery, bakery.as_primary, **body)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_one_who_may_not_is_refused_by_the_clause(front: FrontDesk, bakery: Bakery) -> None:
    answer = await add(front, bakery, bakery.as_clerk, email="friend@mailbox.example")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_permitted")
    assert answer.json()["citations"]
    assert await front.owner.fetchval("SELECT count(*) FROM contact") == 2


async def test_a_role_has_so_many_places_even_for_two_at_once(front: FrontDesk, bakery: Bakery) -> None:
    emails = [f"person{n}@mailbox.example" for n in range(5)]
    answers = await asyncio.gather(*(add(front, bakery, bakery.as_primary, email=email) for email in emails))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 403, 403, 403]
    refused = next(answer for answer in answers if answer.status_code == 403)
    assert refused.json()["code"] == "contact_limit_reached"
    assert "PLU-15" in {citation["clause"] for citation in refused.json()["citations"]}


async def test_a_second_address_must_not_fail_with_the_account(front: FrontDesk, bakery: Bakery) -> None:
    below = await add(front, bakery, bakery.as_primary, role="secondary", email="me@mail.bakery.example")
    assert (below.status_code, below.json()["code"]) == (403, "secondary_contact_on_hosted_domain")
    assert "PLU-16" in {citation["clause"] for citation in below.json()["citations"]}
    elsewhere = await add(front, bakery, bakery.as_primary, role="secondary", email="me@notbakery.example")
    assert elsewhere.status_code == 201, elsewhere.text


async def test_an_address_is_replaced_and_the_account_is_current_again(front: FrontDesk, bakery: Bakery) -> None:
    await front.owner.execute("UPDATE account SET contact_info_current = false")
    url, match = f"/v1/contacts/{bakery.clerk.id}", {"If-Match": '"1"'}
    front.now = NOW + timedelta(minutes=1)
    answer = await front.client.patch(url, json={"email": "new@bakery.example"}, headers={**bakery.as_primary, **match})
    assert (answer.status_code, answer.headers.get("etag")) == (200, '"2"'), answer.text
    assert (await front.client.get(url, headers=bakery.as_primary)).json() == answer.json()
    assert await front.owner.fetchval("SELECT contact_info_current FROM account")
    stale = await front.client.patch(url, json={"name": "x"}, headers={**bakery.as_primary, **match})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await front.client.patch(url, json={"name": "x"}, headers=bakery.as_primary)).status_code == 428


async def test_a_removed_person_is_out_at_the_next_call(front: FrontDesk, bakery: Bakery) -> None:
    url = f"/v1/contacts/{bakery.clerk.id}"
    assert (await front.client.get("/v1/me", headers=bakery.as_clerk)).status_code == 200
    assert (await front.client.delete(url, headers={**bakery.as_primary, "If-Match": '"7"'})).status_code == 412
    removed = await front.client.delete(url, headers=bakery.as_primary)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await front.client.get("/v1/me", headers=bakery.as_clerk)).status_code == 401
    assert (await front.client.get(url, headers=bakery.as_primary)).status_code == 404
    assert (await front.client.delete(url, headers=bakery.as_primary)).status_code == 404
    assert await front.owner.fetchval("SELECT count(*) FROM event WHERE type = 'contact.removed'") == 1


async def test_the_same_addition_twice_acts_once(front: FrontDesk, bakery: Bakery) -> None:
    headers = {**bakery.as_primary, **front.key()}
    answers = await asyncio.gather(*(add(front, bakery, headers, email="naledi@mailbox.example") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    other = await add(front, bakery, headers, email="else@mailbox.example")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_other_accounts_and_their_people_are_not_there(front: FrontDesk, bakery: Bakery) -> None:
    _, _, neighbour = await front.customer("plutus")
    foreign = await front.staff(await front.provider())
    unheard = await front.service(await front.provider("plutus"), Scope.EVENTS)
    for who in (neighbour, foreign):
        for url in (bakery.url, f"/v1/accounts/{bakery.account.id}", f"/v1/contacts/{bakery.clerk.id}"):
            assert (await front.client.get(url, headers=who)).status_code == 404, url
        assert (await add(front, bakery, who, email="x@mailbox.example")).status_code == 404
        assert (await front.client.delete(f"/v1/contacts/{bakery.clerk.id}", headers=who)).status_code == 404
    assert (await add(front, bakery, unheard, email="x@mailbox.example")).status_code == 403
    mine = await front.client.get("/v1/accounts", headers=neighbour)
    assert [account["number"] for account in mine.json()["data"]] != [bakery.account.number]
    staff = await front.staff(await front.provider("plutus"))
    assert len((await front.client.get("/v1/accounts", headers=staff)).json()["data"]) == 2


async def test_staff_and_machines_say_for_whom_they_write(front: FrontDesk, bakery: Bakery) -> None:
    provider = await front.provider("plutus")
    staff, machine = await front.staff(provider), await front.service(provider, Scope.SUBMIT)
    assert (await add(front, bakery, staff, email="a@mailbox.example")).status_code == 201
    unnamed = await add(front, bakery, machine, email="b@mailbox.example")
    assert (unnamed.status_code, unnamed.json()["code"]) == (403, "sender_unlisted")
    named = await add(front, bakery, machine, email="b@mailbox.example", sender={"email": bakery.primary.email})
    assert named.status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "friend", "email": "a@b.example"}, "/role"),
        ({"role": "authorised"}, "/email"),
        ({"role": "authorised", "email": "nobody"}, "/email"),
        ({"role": "authorised", "email": "a@b.example", "slot": 1}, "/slot"),
        ({"role": "authorised", "email": "a@b.example", "sender": {"email": "x@y.example"}}, "/sender"),
    ],
)
async def test_bad_input_is_pointed_at(front: FrontDesk, bakery: Bakery, body: dict[str, Any], pointer: str) -> None:
    answer = await front.client.post(bakery.url, json=body, headers=bakery.as_primary)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_staff_roles_differ_from_the_rest(front: FrontDesk, bakery: Bakery) -> None:
    admin = await front.staff(await front.provider("plutus"), Role.ADMIN)
    assert (await front.client.get("/v1/contacts/not-an-id", headers=admin)).status_code == 422
    assert (await front.client.get("/v1/accounts/nobody", headers=admin)).status_code == 404
