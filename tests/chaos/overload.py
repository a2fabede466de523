"""A locked table and 300 callers at one replica: python -m tests.chaos.overload

Refusals that are soon there and say when to come again, liveness all the while, and everything as before the moment
the lock is gone.
The control: with a queue without end in front of the pool, refusals are slow.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2

from tests.chaos.cluster import Background, Cluster
from tests.chaos.elsewhere import Share
from tests.chaos.scene import Scene, lay
from tests.reliability.report import caught, examined

CALLERS = 300
_HELD = 3.0
_FAST = 1.2
"""Seconds: the median of refusals. Half of one is waited on purpose, most of the rest is this machine's, which calls
and answers at once."""
_ALIVE = 0.1


@dataclass
class Storm:
    answers: Counter[int] = field(default_factory=Counter)
    refused: list[float] = field(default_factory=list)
    """Seconds until each refusal."""
    unhelpful: int = 0
    """Refusals without Retry-After."""
    alive: list[float] = field(default_factory=list)
    after: float = 0.0
    """Seconds until the first success once the lock was gone."""
    share: float = 1.0
    """Of this machine, that others left to us meanwhile: what takes a while by that takes as much longer."""


async def storm(dsn: str, port: int, scene: Scene) -> Storm:
    found, url = Storm(), f"http://127.0.0.1:{port}"
    body = {"subject": "Checkout is dead", "facts": {"topic": "web.offline"}}
    people = scene.people[0]
    limits = httpx2.Limits(max_connections=CALLERS + 10)
    async with httpx2.AsyncClient(timeout=30, limits=limits) as client, httpx2.AsyncClient(timeout=30) as probe:

        async def call() -> int:
            began = time.monotonic()
            headers = {**people.customer, "Idempotency-Key": uuid4().hex}
            answer = await client.post(f"{url}/v1/tickets", json=body, headers=headers)
            if answer.status_code == 503:
                found.refused.append(time.monotonic() - began)
                found.unhelpful += "retry-after" not in answer.headers
            return answer.status_code

        async def watch(stop: asyncio.Event) -> None:
            while not stop.is_set():
                began = time.monotonic()
                assert (await probe.get(f"{url}/healthz")).is_success
                found.alive.append(time.monotonic() - began)
                await asyncio.sleep(0.02)

        assert await call() == 201
        # Everybody is connected before the storm: what is measured is the answer.
        await asyncio.gather(*(client.get(f"{url}/healthz") for _ in range(CALLERS)))
        holder, stop, ours = await asyncpg.connect(dsn), asyncio.Event(), Share()
        async with holder.transaction():
            await holder.execute("LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE")
            watching = asyncio.create_task(watch(stop))
            calls = [asyncio.create_task(call()) for _ in range(CALLERS)]
            await asyncio.sleep(_HELD)
        gone = time.monotonic()
        found.answers.update(await asyncio.gather(*calls))
        while await call() != 201:
            await asyncio.sleep(0.01)
        found.after = time.monotonic() - gone
        found.share = ours.left()
        stop.set()
        await watching
        await holder.close()
    return found


def run(environment: dict[str, str]) -> Storm:
    beside, scene = Background(), list[Scene]()
    with tempfile.TemporaryDirectory(prefix="clausedesk-overload-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "data").mkdir()
        cluster = Cluster(folder, beside, environment=environment)
        try:
            cluster.start(lambda: scene.append(beside.run(lay(cluster.postgres.dsn(), folder / "data", 9, 1))), None)
            found: Storm = beside.run(storm(cluster.postgres.dsn("desk"), next(iter(cluster.apis)), scene[0]))
            return found
        finally:
            cluster.stop()


def told(found: Storm) -> str:
    median, alive = statistics.median(found.refused or [0]), statistics.quantiles(found.alive, n=20)[18]
    return (
        f"{dict(found.answers)}, refused after {median:.2f} s (median), alive within {alive * 1000:.0f} ms (p95), "
        f"well {found.after:.2f} s after the lock, with {found.share:.0%} of the machine"
    )


def main() -> None:
    bounded = run({})
    print(f"{CALLERS} callers, a table locked for {_HELD:.0f} s: {told(bounded)}", flush=True)
    endless = run({"CLAUSEDESK_POOL_QUEUE": "100000", "CLAUSEDESK_REQUESTS_AT_ONCE": "100000"})
    print(f"control without a bound: {told(endless)}", flush=True)
    median = statistics.median(bounded.refused or [99])
    fast = median * bounded.share < _FAST
    sound = set(bounded.answers) <= {201, 409, 503} and not bounded.unhelpful
    alive = statistics.quantiles(bounded.alive, n=20)[18] * bounded.share < _ALIVE
    slow = statistics.median(endless.refused or [99]) > max(_FAST, 1.5 * median)
    kept = (fast, sound, alive, bounded.after * bounded.share < 1)
    examined("overload", bounded.answers.total(), failed=kept.count(False))
    caught("overload", "a queue without end", slow)
    sys.exit(0 if all(kept) and slow else 1)


if __name__ == "__main__":
    main()
