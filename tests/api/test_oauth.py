"""Tokens for machines over HTTP and Postgres, and the keys by which anybody verifies them."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import jwt
import pytest

from app.api.deps import Desk
from app.base.actor import Principal
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.db.tables.clients import ApiClient
from app.db.tables.providers import Provider
from app.main import create_app
from app.sealing.keys import SealingKeys
from app.services.callers import Callers
from app.services.oauth import CONTACT_TYPE, TOKEN_EXCHANGE, client_id_of
from app.tokens.keys import development_keys
from app.tokens.secrets import hashed, new_secret
from tests import factories
from tests.factories import NOW

PATH = "/v1/oauth/token"
Form = dict[str, str]


@dataclass
class Machine:
    row: ApiClient
    provider: str
    secret: str

    @property
    def id(self) -> str:
        return client_id_of(self.provider, self.row.id)

    @property
    def basic(self) -> dict[str, str]:
        return basic(self.id, self.secret)

    @property
    def posted(self) -> Form:
        return {"client_id": self.id, "client_secret": self.secret}


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


class Frozen:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Frozen:
    return Frozen()


@pytest.fixture
def desk(database: Database, clock: Frozen, tmp_path: Path) -> Desk:
    settings = Settings(data_dir=tmp_path)
    keys = development_keys(tmp_path)
    return Desk(settings, clock, database, keys, SealingKeys({"one": b"1" * 32}), Callers(settings, keys))


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(desk.settings, desk=desk)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://desk.example") as client:
        yield client


async def machine(owner: asyncpg.Connection, provider: Provider, **given: Any) -> Machine:
    secret = new_secret()
    row = await factories.api_client(owner, provider.id, **{"secret_hash": hashed(secret)} | given)
    return Machine(row, provider.slug, secret)


@pytest.fixture
async def client_area(owner: asyncpg.Connection, provider: Provider) -> Machine:
    return await machine(owner, provider)


def own(**more: str) -> Form:
    return {"grant_type": "client_credentials", **more}


def exchange(subject: str, **more: str) -> Form:
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": subject, "subject_token_type": CONTACT_TYPE}
    return form | more


async def principal(desk: Desk, answer: httpx2.Response) -> Principal:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    return await desk.callers.identify(body["access_token"], desk.clock())


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


# ── for itself ───────────────────────────────────────────────────────────────


async def test_a_client_gets_a_token_with_all_its_scopes(
    http: httpx2.AsyncClient, desk: Desk, client_area: Machine
) -> None:
    answer = await http.post(PATH, data=own(), headers=client_area.basic)
    caller = await principal(desk, answer)
    assert (caller.role, caller.provider, caller.subject) == (Role.SERVICE, client_area.provider, client_area.row.id)
    assert caller.scopes == {Scope.SUBMIT, Scope.EVENTS}
    assert answer.json()["scope"] == "events submit"


async def test_credentials_may_stand_in_the_form_instead(
    http: httpx2.AsyncClient, desk: Desk, client_area: Machine
) -> None:
    caller = await principal(desk, await http.post(PATH, data=own(**client_area.posted)))
    assert caller.subject == client_area.row.id


async def test_a_client_may_ask_for_fewer_scopes_and_not_for_others(
    http: httpx2.AsyncClient, desk: Desk, client_area: Machine
) -> None:
    caller = await principal(desk, await http.post(PATH, data=own(scope="events"), headers=client_area.basic))
    assert caller.scopes == {Scope.EVENTS}
    for scope in ("payments", "events payments", "root", "events,submit"):
        answer = await http.post(PATH, data=own(scope=scope), headers=client_area.basic)
        assert refusal(answer) == (400, "invalid_scope")


async def test_a_reseller_s_client_speaks_for_the_reseller(
    http: httpx2.AsyncClient, desk: Desk, owner: asyncpg.Connection, provider: Provider
) -> None:
    reseller = await factories.reseller(owner, provider.id)
    theirs = await machine(owner, provider, role="reseller", reseller_id=reseller.id, scopes=[])
    caller = await principal(desk, await http.post(PATH, data=own(), headers=theirs.basic))
    assert (caller.role, caller.reseller, caller.subject) == (Role.RESELLER, reseller.id, theirs.row.id)
    assert refusal(await http.post(PATH, data=own(scope="submit"), headers=theirs.basic)) == (400, "invalid_scope")
    await owner.execute("UPDATE reseller SET active = false")
    assert refusal(await http.post(PATH, data=own(), headers=theirs.basic)) == (401, "invalid_client")


async def test_two_secrets_are_good_at_once_until_the_old_one_expires(
    http: httpx2.AsyncClient, clock: Frozen, owner: asyncpg.Connection, provider: Provider
) -> None:
    old = new_secret()
    expires = NOW + timedelta(hours=1)
    rotated = await machine(owner, provider, previous_secret_hash=hashed(old), previous_expires_at=expires)
    both = (basic(rotated.id, old), rotated.basic)

    async def accepted() -> list[int]:
        return [(await http.post(PATH, data=own(), headers=headers)).status_code for headers in both]

    assert await accepted() == [200, 200]
    clock.now = expires
    assert await accepted() == [401, 200]


async def test_its_last_use_is_kept_to_the_minute(
    http: httpx2.AsyncClient, clock: Frozen, owner: asyncpg.Connection, client_area: Machine
) -> None:
    async def last_used() -> datetime | None:
        moment: datetime | None = await owner.fetchval("SELECT last_used_at FROM api_client")
        return moment

    await http.post(PATH, data=own(), headers=basic(client_area.id, "wrong"))
    assert await last_used() is None
    await http.post(PATH, data=own(), headers=client_area.basic)
    assert await last_used() == NOW
    clock.now = NOW + timedelta(seconds=59)
    await http.post(PATH, data=own(), headers=client_area.basic)
    assert await last_used() == NOW
    clock.now = NOW + timedelta(seconds=60)
    await http.post(PATH, data=own(), headers=client_area.basic)
    assert await last_used() == clock.now


async def test_whoever_is_not_the_client_gets_the_same_answer_whatever_is_wrong(
    http: httpx2.AsyncClient,
    owner: asyncpg.Connection,
    provider: Provider,
    other_provider: Provider,
    client_area: Machine,
) -> None:
    inactive = await machine(owner, provider, active=False)
    wrong = [
        basic(client_area.id, new_secret()),
        basic(client_area.id, ""),
        basic(client_area.id, client_area.secret + "\0"),
        basic(client_area.id, hashed(client_area.secret).hex()),
        basic(client_id_of(other_provider.slug, client_area.row.id), client_area.secret),
        basic(client_id_of("nowhere", client_area.row.id), client_area.secret),
        basic(client_id_of(provider.slug, UUID(int=0)), client_area.secret),
        basic(str(client_area.row.id), client_area.secret),
        basic(client_area.id.upper(), client_area.secret),
        basic("", ""),
        inactive.basic,
    ]
    answers = [await http.post(PATH, data=own(), headers=headers) for headers in wrong]
    assert {refusal(answer) for answer in answers} == {(401, "invalid_client")}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Basic realm="clausedesk", charset="UTF-8"'}


async def test_a_request_without_readable_credentials_is_refused(
    http: httpx2.AsyncClient, client_area: Machine
) -> None:
    for header in ("Bearer x", "Basic", "Basic !", "Basic eA==", "Basic /w==", client_area.basic["Authorization"][:-3]):
        answer = await http.post(PATH, data=own(), headers={"Authorization": header})
        assert refusal(answer) == (401, "invalid_client")
    assert refusal(await http.post(PATH, data=own())) == (401, "invalid_client")
    twice = [("Authorization", client_area.basic["Authorization"])] * 2
    assert refusal(await http.post(PATH, data=own(), headers=twice)) == (401, "invalid_client")


# ── for a contact ────────────────────────────────────────────────────────────


async def test_a_client_area_turns_its_credential_into_a_contact_s_token(
    http: httpx2.AsyncClient, desk: Desk, owner: asyncpg.Connection, provider: Provider, client_area: Machine
) -> None:
    account = await factories.account(owner, provider.id, number="M1001")
    contact = await factories.contact(owner, account, email="web@maplecycles.example", login="maple")
    named = [
        exchange(str(contact.id)),
        exchange(str(contact.id), account="M1001"),
        exchange("web@maplecycles.example", account="M1001"),
        exchange("Web@MapleCycles.example", account=str(account.id)),
        exchange("maple", account="M1001", requested_token_type="urn:ietf:params:oauth:token-type:access_token"),
    ]
    for form in named:
        answer = await http.post(PATH, data=form, headers=client_area.basic)
        caller = await principal(desk, answer)
        assert (caller.role, caller.subject) == (Role.PRIMARY_CONTACT, contact.id)
        assert (caller.account, caller.contact) == (account.id, contact.id)
        assert caller.acting_client == str(client_area.row.id)
        assert caller.scopes == frozenset()
        assert answer.json()["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        assert "scope" not in answer.json()
    baker = await factories.contact(owner, account, email="ann@xn--bckerei-5wa.example", role="other")
    answer = await http.post(PATH, data=exchange("Ann@Bäckerei.example", account="M1001"), headers=client_area.basic)
    assert (await principal(desk, answer)).contact == baker.id, "however the client area spells the domain"


async def test_nobody_is_spoken_for_who_is_not_listed_there(
    http: httpx2.AsyncClient,
    owner: asyncpg.Connection,
    provider: Provider,
    other_provider: Provider,
    client_area: Machine,
) -> None:
    account = await factories.account(owner, provider.id, number="M1001")
    await factories.account(owner, provider.id, number="M1002")
    contact = await factories.contact(owner, account, email="web@maplecycles.example")
    removed = await factories.contact(owner, account, email="old@maplecycles.example", removed_at=NOW)
    elsewhere = await factories.account(owner, other_provider.id, number="M1001")
    foreign = await factories.contact(owner, elsewhere, email="their@maplecycles.example")
    nobody = [
        exchange(str(removed.id)),
        exchange("old@maplecycles.example", account="M1001"),
        exchange("web@maplecycles.example"),
        exchange("web@maplecycles.example", account="M1002"),
        exchange(str(contact.id), account="M1002"),
        exchange(str(foreign.id)),
        exchange("their@maplecycles.example", account="M1001"),
        exchange(str(foreign.id), account=str(elsewhere.id)),
        exchange("%", account="M1001"),
        exchange(str(UUID(int=0))),
    ]
    for form in nobody:
        answer = await http.post(PATH, data=form, headers=client_area.basic)
        assert refusal(answer) == (400, "invalid_request"), form


async def test_a_login_that_is_another_contact_s_address_names_nobody(
    http: httpx2.AsyncClient, owner: asyncpg.Connection, provider: Provider, client_area: Machine
) -> None:
    account = await factories.account(owner, provider.id, number="M1001")
    await factories.contact(owner, account, email="sam@example.com", slot=1)
    await factories.contact(owner, account, email=None, login="sam@example.com", slot=2)
    form = exchange("sam@example.com", account="M1001")
    assert refusal(await http.post(PATH, data=form, headers=client_area.basic)) == (400, "invalid_request")


async def test_only_a_client_that_submits_may_speak_for_contacts(
    http: httpx2.AsyncClient, owner: asyncpg.Connection, provider: Provider
) -> None:
    contact = await factories.contact(owner, await factories.account(owner, provider.id))
    reseller = await factories.reseller(owner, provider.id)
    others = [
        await machine(owner, provider, scopes=["events", "inbound", "payments"]),
        await machine(owner, provider, role="reseller", reseller_id=reseller.id, scopes=["submit"]),
    ]
    for other in others:
        answer = await http.post(PATH, data=exchange(str(contact.id)), headers=other.basic)
        assert refusal(answer) == (400, "unauthorized_client")


async def test_an_exchange_that_asks_for_more_is_refused(
    http: httpx2.AsyncClient, owner: asyncpg.Connection, provider: Provider, client_area: Machine
) -> None:
    contact = await factories.contact(owner, await factories.account(owner, provider.id))
    good = exchange(str(contact.id))
    wrong = [
        (good | {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}, "invalid_request"),
        ({name: value for name, value in good.items() if name != "subject_token_type"}, "invalid_request"),
        (good | {"subject_token": ""}, "invalid_request"),
        (good | {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        (good | {"actor_token": "x"}, "invalid_request"),
        (good | {"audience": "elsewhere"}, "invalid_request"),
        (good | {"resource": "https://elsewhere.example"}, "invalid_request"),
        (good | {"scope": "submit"}, "invalid_scope"),
    ]
    for form, error in wrong:
        assert refusal(await http.post(PATH, data=form, headers=client_area.basic)) == (400, error)


# ── the protocol ─────────────────────────────────────────────────────────────


async def test_what_is_no_request_for_a_token_is_answered_in_the_words_of_the_protocol(
    http: httpx2.AsyncClient, client_area: Machine
) -> None:
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    wrong: list[tuple[bytes, str]] = [
        (b"", "invalid_request"),
        (b"grant_type", "invalid_request"),
        (b"grant_type=", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&scope=%ff", "invalid_request"),
        (b"grant_type=client_credentials&scope=%00", "invalid_request"),
        (b"grant_type=client_credentials&scope=\xff", "invalid_request"),
        (b"grant_type=client_credentials&client_secret=x", "invalid_request"),
        (b"grant_type=client_credentials&client_id=x", "invalid_request"),
        (b"grant_type=client_credentials&scope=" + b"x" * 256, "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "invalid_request"),
        (b'{"grant_type": "client_credentials"}', "invalid_request"),
    ]
    for body, error in wrong:
        answer = await http.post(PATH, content=body, headers=client_area.basic | form_type)
        assert refusal(answer) == (400, error), body


async def test_even_what_the_edge_refuses_is_in_that_shape(http: httpx2.AsyncClient) -> None:
    answers = [
        await http.get(PATH),
        await http.post(PATH, json={}),
        await http.post(PATH + "?grant_type=client_credentials", data=own()),
        await http.post(
            PATH, content=b"a=" + b"x" * 70_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
    ]
    assert [refusal(answer)[0] for answer in answers] == [405, 415, 400, 413]


async def test_no_secret_and_no_token_comes_back_in_a_refusal(http: httpx2.AsyncClient, client_area: Machine) -> None:
    for form in (own(scope=client_area.secret), own(grant_type=client_area.secret), exchange(client_area.secret)):
        answer = await http.post(PATH, data=form, headers=client_area.basic)
        assert answer.status_code == 400
        assert client_area.secret not in answer.text


async def test_anybody_verifies_our_tokens_by_the_published_keys(
    http: httpx2.AsyncClient, client_area: Machine
) -> None:
    answer = await http.get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=600"
    token = (await http.post(PATH, data=own(), headers=client_area.basic)).json()["access_token"]
    key = jwt.PyJWKSet.from_json(json.dumps(answer.json()))[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="clausedesk", issuer="clausedesk", options=options)
    assert claims["scope"] == "events submit"
    assert set(answer.json()["keys"][0]) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
