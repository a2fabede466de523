"""Whatever is committed is acted on, however often workers are killed; one who honours the id acts once."""

import asyncio
import os
import random
import signal
import statistics
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import asyncpg
import pytest

from app.base.settings import Settings
from app.clients.addresses import networks
from app.clients.objects import Objects
from app.clients.outbound import Outbound
from app.db.clock import DatabaseClock
from app.db.pool import WORKER_ROLE, Database
from app.db.tables.providers import Provider
from app.sealing.keys import development_sealing_keys
from app.services.audit import verify
from app.services.mail.mailroom import Mailroom
from app.services.mail.reading import MailReader
from app.services.shelf import Policies
from app.worker import Means, work
from tests.cli.desk import Running
from tests.jobs.drain import Counting, subscribe, write

HERE = "127.0.0.0/8"
LEFT = """SELECT EXISTS (SELECT FROM event WHERE position IS NULL)
  OR EXISTS (SELECT FROM delivery WHERE state <> 'delivered')"""


@pytest.fixture
async def counting(owner: asyncpg.Connection, provider: Provider, keys_folder: Path) -> AsyncIterator[Counting]:
    receiver = Counting()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=512)
    port = server.sockets[0].getsockname()[1]
    await subscribe(owner, provider.id, port, development_sealing_keys(keys_folder), datetime.now(UTC))
    async with server:
        yield receiver


class Hand:
    """A worker inside this process. Killed, it drops its connections and finishes nothing."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self._dsn = dsn
        self._folder = folder

    async def start(self) -> None:
        self.database = await Database.connect(self._dsn, role=WORKER_ROLE, size=4)
        self.outbound = Outbound(allowed=networks(HERE), timeout_seconds=5)
        self.stop = asyncio.Event()
        clock, keys = DatabaseClock(), development_sealing_keys(self._folder)
        objects, policies = Objects.at("", self._folder), Policies(self.database)
        settings = Settings(data_dir=self._folder)
        room = Mailroom(objects, MailReader(""), keys)
        means = Means(settings, self.database, clock, keys, self.outbound, objects, policies, room)
        self.loops = asyncio.create_task(work(means, self.stop))

    async def kill(self) -> None:
        self.loops.cancel()
        await asyncio.gather(self.loops, return_exceptions=True)
        await self._close()

    async def finish(self) -> None:
        self.stop.set()
        await self.loops
        await self._close()

    async def _close(self) -> None:
        await self.outbound.close()
        await self.database.close()


async def test_every_event_arrives_though_two_workers_are_killed_again_and_again(
    counting: Counting,
    owner: asyncpg.Connection,
    owner_dsn: str,
    worker_database: Database,
    provider: Provider,
    keys_folder: Path,
) -> None:
    ids = await write(owner, provider.id, 600, datetime.now(UTC))
    hands = [Hand(owner_dsn, keys_folder) for _ in range(2)]
    for hand in hands:
        await hand.start()
    for killed in range(4):
        goal = len(ids) * (killed + 1) // 6
        while len(counting.seen) < goal:
            await asyncio.sleep(0.005)
        await hands[killed % 2].kill()
        # What the killed one held comes free with its lease; a minute is not waited for here.
        await owner.execute("UPDATE delivery SET next_at = now() WHERE state = 'pending' AND leased_until IS NOT NULL")
        await hands[killed % 2].start()
    async with asyncio.timeout(60):
        while await owner.fetchval(LEFT):
            await asyncio.sleep(0.02)
    for hand in hands:
        await hand.finish()
    assert counting.seen.keys() == set(ids)
    # So many were sent and not yet written down when a worker was killed, at most.
    assert sum(counting.seen.values()) - len(ids) <= 4 * 32 * 2
    positions = await owner.fetch("SELECT position FROM event ORDER BY position")
    assert [row["position"] for row in positions] == list(range(1, len(ids) + 1))
    assert (await verify(worker_database, provider.id)).tampered is None


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_hundred_thousand_events_drain_over_two_workers_each_killed_five_times(
    counting: Counting, owner: asyncpg.Connection, owner_dsn: str, provider: Provider, keys_folder: Path
) -> None:
    total, kills = int(os.environ.get("CLAUSEDESK_DRAIN", "100000")), 10
    chance = random.Random(1)

    def start() -> Running:
        return Running(
            "worker",
            DATABASE_URL=owner_dsn,
            CLAUSEDESK_DATA_DIR=str(keys_folder),
            CLAUSEDESK_OUTBOUND_NETWORKS=HERE,
        )

    ids = await write(owner, provider.id, total, datetime.now(UTC))
    began = perf_counter()
    workers = [await asyncio.to_thread(start) for _ in range(2)]
    for killed in range(kills):
        goal = total * (killed + 1) // (kills + 2) + chance.randrange(500)
        while len(counting.seen) < goal:
            await asyncio.sleep(0.05)
        workers[killed % 2].process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(workers[killed % 2].stop)
        workers[killed % 2] = await asyncio.to_thread(start)
    while await owner.fetchval(LEFT):
        await asyncio.sleep(0.5)
    took = perf_counter() - began
    assert counting.seen.keys() == set(ids)
    again = sum(counting.seen.values()) - total
    print(f"\n{total} events in {took:.0f} s: {total / took:.0f} events/s, {again} sent again after {kills} kills")
    print(f"the machine meanwhile: {os.cpu_count()} cores, load {os.getloadavg()[2]:.1f}")

    # How long one takes from its commit to its arrival, while nothing is wrong.
    waits: list[float] = []
    for _ in range(300):
        (one,) = await write(owner, provider.id, 1, datetime.now(UTC))
        committed = perf_counter()
        while one not in counting.first:
            await asyncio.sleep(0.002)
        waits.append(counting.first[one] - committed)
    for worker in workers:
        assert await asyncio.to_thread(worker.stop) == 0
    p99 = statistics.quantiles(waits, n=100)[98]
    print(f"from commit to arrival: median {statistics.median(waits) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
