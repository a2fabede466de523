"""How often one may ask, what is compressed, and whose pages may call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from app.api.deps import Desk
from app.base.vocabulary import Role
from app.clients.rates import Rates, _OfThisProcess
from app.main import create_app
from tests.frontdesk import NOW, FrontDesk

MEMORY = "async+memory://"


async def test_a_caller_beyond_the_limit_waits_and_others_do_not(front: FrontDesk) -> None:
    provider = await front.provider()
    front.desk.rates = Rates(2, 100, MEMORY)
    eager, other = await front.staff(provider), await front.staff(provider)
    first = await front.client.get("/v1/me", headers=eager)
    assert first.headers["ratelimit-policy"] == '"principal";q=2;w=60, "provider";q=100;w=60'
    assert first.headers["ratelimit"].startswith('"principal";r=1;t=')
    assert (await front.client.get("/v1/me", headers=eager)).status_code == 200
    late = await front.client.get("/v1/me", headers=eager)
    assert (late.status_code, late.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert late.headers["ratelimit"].startswith('"principal";r=0;t=')
    assert (await front.client.get("/v1/me", headers=other)).status_code == 200


async def test_all_callers_of_a_provider_have_one_limit_and_other_providers_their_own(front: FrontDesk) -> None:
    front.desk.rates = Rates(100, 2, MEMORY)
    one, other = await front.provider(), await front.provider("brs")
    many = [await front.staff(one, Role.ADMIN) for _ in range(3)]
    statuses = [(await front.client.get("/v1/me", headers=who)).status_code for who in many]
    assert statuses == [200, 200, 429]
    assert (await front.client.get("/v1/me", headers=await front.staff(other))).status_code == 200
    for public in ("/healthz", "/v1/status/mexxus"):
        assert "ratelimit" not in (await front.client.get(public)).headers


async def test_where_nothing_is_limited_nothing_is_told(front: FrontDesk) -> None:
    front.desk.rates = Rates(0, 0, MEMORY)
    answer = await front.client.get("/v1/me", headers=await front.staff(await front.provider()))
    assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)


async def test_a_store_that_does_not_answer_keeps_nobody_out() -> None:
    assert await Rates(1, 1, "async+redis://127.0.0.1:1").take("northwind", "staff:1", NOW) is None


async def test_long_answers_that_are_read_are_compressed(front: FrontDesk) -> None:
    await front.provider()
    answer = await front.client.get("/v1/policies/mexxus")
    assert (answer.headers["content-encoding"], "Accept-Encoding" in answer.headers["vary"]) == ("gzip", True)
    plain = await front.client.get("/v1/policies/mexxus", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()


async def test_what_is_sent_is_never_compressed(front: FrontDesk) -> None:
    admin = await front.staff(await front.provider(), Role.ADMIN)
    body = {"name": "client-area", "scopes": ["submit"]}
    made = await front.client.post("/v1/clients", json=body, headers=admin)
    assert (made.status_code, "content-encoding" in made.headers) == (201, False)


@asynccontextmanager
async def served(desk: Desk, **changed: Any) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(desk.settings.model_copy(update=changed), desk=desk)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://desk.example") as client:
        yield client


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://area.example", True),
        ("https://area.example.evil.example", False),
        ("http://area.example", False),
        ("null", False),
    ],
)
async def test_pages_of_the_origins_that_are_set_may_call(desk: Desk, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "if-match"}
    async with served(desk, cors_origins=["https://area.example"]) as client:
        before = await client.options("/v1/tickets", headers=asked)
        refused = await client.get("/v1/tickets", headers={"Origin": origin})
    assert (before.headers.get("access-control-allow-origin") == origin) is allowed
    assert (refused.status_code, refused.headers.get("access-control-allow-origin") == origin) == (401, allowed)


async def test_no_other_page_may_by_default(desk: Desk) -> None:
    async with served(desk) as client:
        answer = await client.get("/v1/tickets", headers={"Origin": "https://area.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_what_was_taken_fades_within_the_next_minute() -> None:
    counts = _OfThisProcess()
    assert [counts.take("kim", 4, 600.0 + n) for n in range(5)] == [
        *[(True, 3 - n, 60 - n) for n in range(4)],
        (False, 0, 56),
    ]
    assert counts.take("kim", 4, 660.0) == (False, 0, 60)
    assert counts.take("kim", 4, 690.0) == (True, 1, 30)
    assert counts.take("lee", 4, 690.0) == (True, 3, 30)
    assert counts.take("kim", 4, 780.0) == (True, 3, 60)
