"""What is to be delivered: put down, claimed by one worker at a time, tried, and settled after it was tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.db.pool import Database, ScopedConnection
from app.schemas.deliveries import Attempt, Claimed, NewDelivery

LEASE: Final = timedelta(seconds=60)
"""So long a claim holds; longer than any attempt may take. Afterwards another worker tries again."""
_MOST_LOGGED: Final = 50


_INSERT: Final = """
INSERT INTO delivery (provider_id, id, kind, event_id, webhook_id, target, payload, next_at, created_at, updated_at)
SELECT $1, new.id, new.kind, new.event_id, new.webhook_id, new.target, new.payload,
  greatest(new.next_at, $3), $3, $3
FROM jsonb_populate_recordset(NULL::delivery, $2) AS new
ON CONFLICT DO NOTHING"""
_CLAIM: Final = """
WITH due AS (
  SELECT provider_id, id FROM delivery
  WHERE state = 'pending' AND next_at <= $1 AND kind = ANY($2)
    AND (webhook_id IS NULL OR webhook_id <> ALL($5))
  ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE delivery AS d SET attempts = d.attempts + 1, next_at = $4, leased_until = $4, updated_at = $1
FROM due WHERE d.provider_id = due.provider_id AND d.id = due.id
RETURNING d.provider_id, d.id, d.kind, d.event_id, d.webhook_id, d.target, d.payload, d.attempts AS attempt,
  d.created_at"""
# After a quiet time statistics say that hardly anything waits. When a hundred thousand letters of an announcement do,
# Postgres would sort them all for each handful, eighty times as long as it takes to read the index from its beginning.
_IN_ORDER: Final = "SET LOCAL enable_sort = off"
# Whoever has lost the lease meanwhile finds another number of attempts, and changes nothing.
_SETTLE: Final = f"""
UPDATE delivery SET state = $4, next_at = $5, last_status = $6, last_error = $7, leased_until = NULL,
  updated_at = $8, delivered_at = CASE WHEN $4 = 'delivered' THEN $8::timestamptz END,
  attempt_log = CASE WHEN jsonb_array_length(attempt_log) >= {_MOST_LOGGED}
                     THEN attempt_log - 0 ELSE attempt_log END || $9
WHERE provider_id = $1 AND id = $2 AND attempts = $3 AND state = 'pending'"""


async def insert_deliveries(
    connection: ScopedConnection, provider_id: UUID, rows: Sequence[NewDelivery], now: datetime
) -> None:
    """However often this is asked: a webhook hears of an event once, and what its name gave an id is put down once."""
    new = [
        {
            "id": row.id,
            "kind": row.kind,
            "event_id": row.event_id,
            "webhook_id": row.webhook_id,
            "target": row.target,
            "payload": row.payload,
            "next_at": row.not_before,
        }
        for row in rows
    ]
    await connection.execute(_INSERT, provider_id, new, now)


async def claim(
    database: Database, kinds: Sequence[str], most: int, now: datetime, busy: Sequence[UUID] = ()
) -> list[Claimed]:
    """The deliveries that are due, the longest first, leaving out webhooks that are busy enough."""

    async def work(connection: ScopedConnection) -> list[asyncpg.Record]:
        await connection.execute(_IN_ORDER)
        found: list[asyncpg.Record] = await connection.fetch(_CLAIM, now, list(kinds), most, now + LEASE, list(busy))
        return found

    return [Claimed(**row) for row in await database.atomically(None, work)]


async def settle(
    database: Database, claimed: Claimed, attempt: Attempt, again_at: datetime | None, now: datetime, took_ms: int
) -> bool:
    """Keep how it went. Not delivered and no time to try it again: dead. False: the lease was lost meanwhile."""
    state = "delivered" if attempt.delivered else "dead" if again_at is None else "pending"
    entry = {"attempt": claimed.attempt, "at": now, "took_ms": took_ms, "status": attempt.status}
    entry |= {"error": attempt.error, **attempt.more}
    done = await database.execute(
        None,
        _SETTLE,
        claimed.provider_id,
        claimed.id,
        claimed.attempt,
        state,
        again_at or now,
        attempt.status,
        attempt.error,
        now,
        [entry],
    )
    return done == "UPDATE 1"
