"""What is measured of requests: a fixed number of series, whatever callers ask for."""

import os

from app.base.logging import REQUEST_ID
from app.base.metrics import REGISTRY
from tests.frontdesk import FrontDesk

LONG = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
URLS = 10_000 if LONG else 200


def series() -> set[tuple[str, ...]]:
    return {
        (sample.name, *sorted(f"{name}={value}" for name, value in sample.labels.items()))
        for family in REGISTRY.collect()
        for sample in family.samples
    }


async def test_what_comes_after_a_request_bears_no_id_of_it(front: FrontDesk) -> None:
    await front.client.get("/healthz")
    assert REQUEST_ID.get() is None


async def test_distinct_urls_make_no_series(front: FrontDesk) -> None:
    async def ask(n: int) -> None:
        await front.client.get(f"/v1/tickets/ann{n}@example.com?q={n}")
        await front.client.get(f"/nowhere/{n}")
        await front.client.request(f"VERB{n}", "/healthz")

    await ask(0)
    before = series()
    for n in range(1, URLS // 3 + 2):
        await ask(n)
    assert series() == before
    assert not any("example.com" in part or "VERB" in part for line in before for part in line)
