"""What the version before this one asks of its database goes on working on the new schema, and while it comes about."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.db.migrations import migrate
from app.db.pool import APP_ROLE, WORKER_ROLE, Database
from app.db.revision import HEAD
from tests.conftest import NewDatabase
from tests.reliability.report import caught, examined
from tests.upgrading.release import Release, read
from tests.upgrading.replaying import Outcomes, Replay

pytestmark = pytest.mark.long
PART = "upgrading"
REPLICAS = 3
LONGEST_WAIT = 2.0
"""Seconds: what a request waits for a lock before it gives up."""
# A column that the old version does not know must do without it.
DEMANDING = """
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'"""
BREAKING = {
    "a column dropped": "ALTER TABLE ticket DROP COLUMN resolution",
    "a column renamed": "ALTER TABLE message RENAME COLUMN body TO text",
    "a table renamed": "ALTER TABLE notice RENAME TO announcement",
    "a type changed": "ALTER TABLE quote ALTER COLUMN facts TYPE text USING facts::text",
    "a right taken away": "REVOKE SELECT ON webhook FROM clausedesk_worker",
    "a column demanded": "ALTER TABLE contact ADD COLUMN pronoun text NOT NULL",
}


@asynccontextmanager
async def replaying(dsn: str, release: Release) -> AsyncIterator[Replay]:
    pools = {role: await Database.connect(dsn, role=role, size=2) for role in (APP_ROLE, WORKER_ROLE)}
    try:
        yield Replay(release, pools)
    finally:
        for pool in pools.values():
            await pool.close()


async def demanding(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row[0] for row in await connection.fetch(DEMANDING)}
    finally:
        await connection.close()


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    finally:
        await connection.close()


async def under_load(dsn: str, release: Release, change: Sequence[str]) -> tuple[int, float, dict[str, str]]:
    """How much was asked while the change came about, the longest wait, and what went otherwise than before."""
    known, before_columns = await tables(dsn), await demanding(dsn)
    async with replaying(dsn, release) as first:
        before: Outcomes = await first.once()
        replicas = [Replay(release, first.pools) for _ in range(REPLICAS)]
        stop = asyncio.Event()
        load = [asyncio.create_task(replica.until(stop, before)) for replica in replicas]
        await asyncio.sleep(0.2)
        if change:
            connection = await asyncpg.connect(dsn)
            for statement in change:
                await connection.execute(statement)
            await connection.close()
        else:
            await migrate(dsn)
        stop.set()
        await asyncio.gather(*load)
    differing = {name: why for replica in replicas for name, why in replica.differing.items()}
    # Into a table that is new the version before writes nothing.
    demanded = {name for name in await demanding(dsn) - before_columns if name.partition(".")[0] in known}
    differing |= dict.fromkeys(demanded, "is demanded, and nobody gives it")
    return sum(r.asked for r in replicas), max(r.slowest for r in replicas), differing


@pytest.fixture
async def before(new_database: NewDatabase) -> str:
    """A database as the version before this one had it."""
    dsn = await new_database(None)
    await migrate(dsn, read().revision)
    return dsn


async def test_all_that_the_version_before_asks_goes_on_while_the_schema_changes(before: str) -> None:
    release = read()
    count = sum(map(len, release.statements.values()))
    asked, slowest, differing = await under_load(before, release, ())
    examined(PART, asked, len(differing))
    print(f"{count} statements of {release.revision}, {asked} times while it became {HEAD}, {slowest:.2f} s at most")
    assert count > 150
    assert asked >= count * REPLICAS
    assert differing == {}
    assert slowest < LONGEST_WAIT


@pytest.mark.parametrize("how", BREAKING)
async def test_what_breaks_the_version_before_is_found(before: str, how: str) -> None:
    release = read()
    _, _, differing = await under_load(before, release, (BREAKING[how],))
    caught(PART, how, int(bool(differing)))
    assert differing


async def test_whoever_holds_a_table_delays_the_migration_and_nobody_else(before: str) -> None:
    """The migration lets others pass between its tries, and comes to its end once it can."""
    holder, reader = await asyncpg.connect(before), await asyncpg.connect(before)
    await holder.execute("BEGIN; LOCK TABLE tally, inbound_mail, ticket IN ACCESS SHARE MODE")
    migrating = asyncio.create_task(migrate(before))
    waits = []
    for _ in range(20):
        began = asyncio.get_running_loop().time()
        await reader.fetchval("SELECT count(*) FROM tally")
        waits.append(asyncio.get_running_loop().time() - began)
        await asyncio.sleep(0.2)
    assert not migrating.done()
    await holder.execute("COMMIT")
    await migrating
    assert max(waits) < LONGEST_WAIT
    assert await reader.fetchval("SELECT version_num FROM alembic_version") == HEAD
    await holder.close()
    await reader.close()
