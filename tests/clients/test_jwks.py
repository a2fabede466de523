"""An outside issuer over real HTTP: rarely asked, forgiven when down, never believed without bounds."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from structlog.testing import capture_logs

from app.base.errors import CannotStart
from app.clients import jwks
from app.clients.jwks import COOL_DOWN, MAX_AGE, JwksCache
from tests.clients.forwarding import forwarding
from tests.clients.publisher import Publisher, publishing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


ONE = {"kid": "one"}


@pytest.fixture
def issuer() -> Iterator[Publisher]:
    with publishing(ONE) as publisher:
        yield publisher


def cache(issuer: Publisher) -> JwksCache:
    return JwksCache(issuer.url, allow_http=True)


async def kids(of: JwksCache, now: datetime) -> list[str] | None:
    published = await of.renewed(now)
    return None if published is None else [key["kid"] for key in published.document["keys"]]


async def test_published_keys_may_be_relied_on_for_ten_minutes(issuer: Publisher) -> None:
    published = await cache(issuer).renewed(NOW)
    assert published is not None
    assert published.document == {"keys": [ONE]}
    assert published.until == NOW + timedelta(minutes=10)


async def test_a_thousand_unknown_key_ids_cost_one_request_in_thirty_seconds(issuer: Publisher) -> None:
    issuer.delay = 0.05
    ours = cache(issuer)
    await asyncio.gather(*(ours.renewed(NOW + timedelta(milliseconds=20 * n)) for n in range(1000)))
    assert issuer.asked == 1
    await asyncio.gather(*(ours.renewed(NOW + COOL_DOWN) for _ in range(1000)))
    assert issuer.asked == 2


async def test_a_new_key_is_seen_after_the_cool_down(issuer: Publisher) -> None:
    ours = cache(issuer)
    await ours.renewed(NOW)
    issuer.publish({"kid": "two"}, ONE)
    assert await kids(ours, NOW + COOL_DOWN - timedelta(seconds=1)) == ["one"]
    assert await kids(ours, NOW + COOL_DOWN) == ["two", "one"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (404, b'{"keys": []}'),
        (302, b'{"keys": []}'),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"keys": {}}'),
        (200, b"\xff\xfe"),
        (200, b"[" * 60_000),
        (200, b'{"keys": [], "x": "' + b"x" * jwks.MAX_BYTES + b'"}'),
    ],
)
async def test_an_answer_that_is_no_key_set_leaves_the_last_good_one(
    issuer: Publisher, status: int, body: bytes
) -> None:
    ours = cache(issuer)
    await ours.renewed(NOW)
    issuer.status, issuer.body, issuer.location = status, body, issuer.url if status == 302 else ""
    late = NOW + MAX_AGE
    with capture_logs() as log:
        kept = await ours.renewed(late)
    assert [(line["event"], line["log_level"]) for line in log] == [("outside_keys_unavailable", "warning")]
    assert kept is not None
    assert kept.document == {"keys": [ONE]}
    assert kept.until == late + COOL_DOWN
    assert issuer.asked == 2


async def test_an_issuer_that_is_down_is_asked_again_and_found_when_it_is_back(issuer: Publisher) -> None:
    ours = cache(issuer)
    issuer.status = 503
    assert await ours.renewed(NOW) is None
    issuer.status = 200
    assert await kids(ours, NOW + COOL_DOWN) == ["one"]


async def test_nobody_listening_is_no_exception() -> None:
    with publishing() as gone:
        url = gone.url
    assert await JwksCache(url, allow_http=True).renewed(NOW) is None


async def test_an_issuer_that_does_not_answer_is_given_up(issuer: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT_SECONDS", 0.1)
    issuer.delay = 1.0
    start = perf_counter()
    assert await cache(issuer).renewed(NOW) is None
    assert perf_counter() - start < 0.9


async def test_a_caller_who_hangs_up_during_the_request_does_not_start_the_cool_down(issuer: Publisher) -> None:
    issuer.delay = 0.2
    ours = cache(issuer)
    hasty = asyncio.create_task(ours.renewed(NOW))
    await asyncio.sleep(0.05)
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    assert await kids(ours, NOW) == ["one"]


async def test_behind_a_proxy_the_issuer_is_reached_by_it_alone() -> None:
    async with forwarding(lets=False) as proxy:
        assert await JwksCache("https://id.example/jwks", allow_http=False, proxy=proxy.url).renewed(NOW) is None
        assert proxy.asked == ["CONNECT id.example:443"]


def test_outside_development_keys_come_under_https_only() -> None:
    JwksCache("https://id.example/jwks", allow_http=False)
    for url in ("http://id.example/jwks", "file:///etc/passwd", "", "ftp://id.example"):
        with pytest.raises(CannotStart, match="https"):
            JwksCache(url, allow_http=False)
