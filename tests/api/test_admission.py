"""Too many at once: a place is waited for a little, and whoever gets none is told to come again, before any work."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from app.api import admission
from app.api.admission import Admission
from app.api.observed import Drain, Observed
from app.base.settings import Settings


class Slow:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.let.wait()
        await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def slow() -> Slow:
    return Slow()


@pytest.fixture
async def door(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """Two are answered at once."""
    monkeypatch.setattr(admission, "_PATIENCE", (0.05, 0.05))
    settings = Settings(requests_at_once=2)
    app = Observed(Admission(slow, settings), settings, Drain())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://desk.example") as door:
        yield door


async def asking(door: httpx2.AsyncClient, count: int) -> list[asyncio.Task[httpx2.Response]]:
    """Each has come as far as it may."""
    tasks = [asyncio.create_task(door.get("/v1/me")) for _ in range(count)]
    for _ in range(20):
        await asyncio.sleep(0)
    return tasks


async def test_whoever_finds_no_place_in_time_is_told_to_come_again(door: httpx2.AsyncClient, slow: Slow) -> None:
    within = await asking(door, 2)
    refused = await door.get("/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "1"
    assert slow.asked == 2
    slow.let.set()
    assert [(await answer).status_code for answer in within] == [204, 204]


async def test_whoever_waits_takes_the_first_place_that_is_free(door: httpx2.AsyncClient, slow: Slow) -> None:
    all_of_them = await asking(door, 4)
    assert slow.asked == 2
    slow.let.set()
    assert [(await answer).status_code for answer in all_of_them] == [204] * 4


async def test_places_are_free_again_after_refusals(door: httpx2.AsyncClient, slow: Slow) -> None:
    within = await asking(door, 2)
    assert [(await door.get("/v1/me")).status_code for _ in range(2)] == [503, 503]
    slow.let.set()
    await asyncio.gather(*within)
    assert [(await door.get("/v1/me")).status_code for _ in range(3)] == [204, 204, 204]


async def test_whoever_gives_up_at_any_moment_leaves_their_place(door: httpx2.AsyncClient, slow: Slow) -> None:
    for moment in range(8):
        slow.let.clear()
        slow.asked = 0
        within, waiting = await asking(door, 2), await asking(door, 1)
        assert slow.asked == 2
        slow.let.set()
        for _ in range(moment):
            await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.gather(*within, *waiting, return_exceptions=True)
    slow.let.clear()
    slow.asked = 0
    again = await asking(door, 3)
    assert slow.asked == 2
    slow.let.set()
    assert [(await answer).status_code for answer in again] == [204] * 3


async def test_so_many_wait_at_most(door: httpx2.AsyncClient, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_PATIENCE", (60, 60))
    monkeypatch.setattr(admission, "_MOST_WAITING", 1)
    all_of_them = await asking(door, 3)
    assert (await door.get("/v1/me")).status_code == 503
    slow.let.set()
    assert [(await answer).status_code for answer in all_of_them] == [204] * 3


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/v1/events?wait_seconds=25", "/v1/attachments/7"])
async def test_probes_and_what_lasts_without_work_take_no_place(
    door: httpx2.AsyncClient, slow: Slow, path: str
) -> None:
    within = await asking(door, 4)
    lasting = asyncio.create_task(door.get(path))
    await asyncio.sleep(0.01)
    assert slow.asked == 3
    slow.let.set()
    assert {(await answer).status_code for answer in (*within, lasting)} == {204}
