"""The queue of deliveries: read in its order, whatever Postgres believes of its length."""

from datetime import timedelta

import asyncpg

from app.db.connections import ScopedConnection
from app.db.deliveries import _CLAIM, _IN_ORDER, claim
from app.db.pool import Database
from app.db.tables.providers import Provider
from tests.factories import NOW

_WAITING = """
INSERT INTO delivery (provider_id, id, kind, target, payload, next_at, created_at, updated_at)
SELECT $1, gen_random_uuid(), 'mail', '{}', '{}', $2::timestamptz - n * interval '1 second', $2, $2
FROM generate_series(0, 1999) AS n"""


async def test_a_burst_after_a_quiet_time_is_not_sorted_for_each_handful(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    await owner.execute("ANALYZE delivery")
    await owner.execute(_WAITING, provider.id, NOW)
    plans = []
    for first in ("SET LOCAL enable_indexscan = off", _IN_ORDER):

        async def explained(connection: ScopedConnection, first: str = first) -> str:
            await connection.execute(first)
            rows = await connection.fetch(f"EXPLAIN {_CLAIM}", NOW, ["mail"], 8, NOW, [])
            return "\n".join(row[0] for row in rows)

        plans.append(await worker_database.atomically(None, explained))
    assert ["Sort" in plan for plan in plans] == [True, False], plans
    claimed = await claim(worker_database, ["mail"], 8, NOW)
    due = await owner.fetch("SELECT id FROM delivery WHERE attempts = 1 ORDER BY next_at")
    assert {row["id"] for row in due} == {one.id for one in claimed}
    left = await owner.fetchval("SELECT min(next_at) FROM delivery WHERE attempts = 0")
    assert left == NOW - timedelta(seconds=1999 - 8), "the eight that wait the longest"
