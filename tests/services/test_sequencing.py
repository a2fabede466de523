"""Events get places without a gap, in the order of their commits, whoever writes and whoever places them at once."""

import asyncio
import random
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest

from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.log import Logged, placed_events
from app.db.pool import Database, teach_json
from app.db.tables.providers import Provider
from app.jobs.sequence import sequence as sequence_round
from app.schemas.deliveries import NewDelivery
from app.services.sequencing import News, Sequencing
from tests import factories
from tests.services.sequence import sequence

NOW = factories.NOW


async def log_of(database: Database, provider_id: UUID) -> list[Logged]:
    return await placed_events(database, provider_id, 0, 10_000)


async def test_each_provider_has_a_count_of_its_own_from_one_on(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    mine = [(await factories.event(owner, provider.id)).id for _ in range(3)]
    theirs = [(await factories.event(owner, other_provider.id)).id for _ in range(2)]
    assert await sequence(worker_database, (), NOW) == 5
    assert await sequence(worker_database, (), NOW) == 0
    later = (await factories.event(owner, provider.id)).id
    assert await sequence(worker_database, (), NOW) == 1
    assert [(e.position, e.id) for e in await log_of(worker_database, provider.id)] == list(
        enumerate([*mine, later], start=1)
    )
    assert [(e.position, e.id) for e in await log_of(worker_database, other_provider.id)] == list(
        enumerate(theirs, start=1)
    )


async def test_what_was_committed_first_comes_first_whatever_the_writers_clocks_say(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    slow_clock, fast_clock = NOW.replace(hour=1), NOW.replace(hour=23)
    first = await factories.event(owner, provider.id, id=uuid7(fast_clock))
    second = await factories.event(
        owner, provider.id, id=uuid7(slow_clock), subject_id=first.subject_id, seq=2, type="ticket.closed"
    )
    await sequence(worker_database, (), NOW)
    assert [e.id for e in await log_of(worker_database, provider.id)] == [first.id, second.id]


async def test_a_plan_that_fails_leaves_the_events_without_a_place(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    async def broken(_: ScopedConnection, __: News) -> list[NewDelivery]:
        raise RuntimeError

    await factories.event(owner, provider.id)
    with pytest.raises(RuntimeError):
        await sequence(worker_database, (broken,), NOW)
    assert await log_of(worker_database, provider.id) == []
    assert await sequence(worker_database, (), NOW) == 1


async def test_a_provider_whose_events_cannot_be_placed_does_not_hold_up_the_others(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    async def broken(_: ScopedConnection, news: News) -> list[NewDelivery]:
        if news.provider_id == provider.id:
            raise RuntimeError
        return []

    await factories.event(owner, provider.id)
    await factories.event(owner, other_provider.id)
    assert await sequence_round(Sequencing(worker_database, (broken,), lambda: NOW)) is True
    placed = [len(await log_of(worker_database, one.id)) for one in (provider, other_provider)]
    assert placed == [0, 1]


async def test_a_late_commit_gets_a_later_place_and_nobody_who_reads_along_misses_it(
    worker_database: Database, owner_dsn: str, owner: asyncpg.Connection, provider: Provider
) -> None:
    late = await asyncpg.connect(owner_dsn)
    await teach_json(late)
    transaction = late.transaction()
    await transaction.start()
    begun_first = await factories.event(late, provider.id)
    committed_first = await factories.event(owner, provider.id)
    await sequence(worker_database, (), NOW)
    read = await log_of(worker_database, provider.id)
    assert [e.id for e in read] == [committed_first.id]
    await transaction.commit()
    await late.close()
    await sequence(worker_database, (), NOW)
    following = await placed_events(worker_database, provider.id, 1, 10)
    assert [(e.position, e.id) for e in following] == [(2, begun_first.id)]


async def test_many_writers_and_three_sequencers_leave_neither_gap_nor_reordering(
    owner_dsn: str, owner: asyncpg.Connection, provider: Provider
) -> None:
    """Each writer notes when it began and when its commit was answered; a reader follows the feed all the while."""
    writers, each = 6, 25
    databases = [await Database.connect(owner_dsn, role="clausedesk_worker", size=2) for _ in range(3)]
    began: dict[UUID, int] = {}
    ended: dict[UUID, int] = {}
    step = iter(range(10**9))
    done = asyncio.Event()

    async def write(n: int) -> None:
        connection = await asyncpg.connect(owner_dsn)
        await teach_json(connection)
        chance = random.Random(n)
        for _ in range(each):
            id_ = uuid7(datetime.fromtimestamp(chance.uniform(1, 2e9), NOW.tzinfo))
            began[id_] = next(step)
            async with connection.transaction():
                await factories.event(connection, provider.id, id=id_)
                await asyncio.sleep(chance.choice((0, 0, 0.003)))
            ended[id_] = next(step)
        await connection.close()

    async def place(database: Database) -> None:
        while not done.is_set():
            await sequence(database, (), NOW)
            await asyncio.sleep(0)

    followed: list[Logged] = []

    async def follow() -> None:
        while not done.is_set():
            followed.extend(await placed_events(databases[0], provider.id, len(followed), 7))
            await asyncio.sleep(0)

    beside = [asyncio.create_task(work) for work in (*map(place, databases), follow())]
    await asyncio.gather(*map(write, range(writers)))
    done.set()
    await asyncio.gather(*beside)
    await sequence(databases[0], (), NOW)
    followed.extend(await placed_events(databases[0], provider.id, len(followed), 1_000))
    for database in databases:
        await database.close()
    assert [e.position for e in followed] == list(range(1, writers * each + 1))
    latest_begin = -1
    for event in followed:
        # Nothing stands behind an event that began after its own commit was answered.
        assert latest_begin < ended[event.id]
        latest_begin = max(latest_begin, began[event.id])
