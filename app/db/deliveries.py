"""What is to be delivered: put down, claimed by one worker at a time, tried, and settled after it was tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.db.connections import ScopedConnection
from app.db.pool import Database
from app.schemas.deliveries import Claimed, Endpoint, NewDelivery, Tried

LEASE: Final = timedelta(seconds=60)
"""So long a claim holds; longer than any attempt may take. Afterwards another worker tries again."""
_MOST_LOGGED: Final = 50
_ENDPOINT: Final = ("url", "secret", "previous_secret", "previous_expires_at", "failures")

_INSERT: Final = """
INSERT INTO delivery (provider_id, id, kind, event_id, webhook_id, target, payload, next_at, created_at, updated_at)
SELECT $1, new.id, new.kind, new.event_id, new.webhook_id, new.target, new.payload,
  greatest(new.next_at, $3), $3, $3
FROM jsonb_populate_recordset(NULL::delivery, $2) AS new
ON CONFLICT DO NOTHING"""
_CLAIM: Final = """
WITH due AS (
  SELECT provider_id, id, webhook_id FROM delivery
  WHERE state = 'pending' AND next_at <= $1 AND kind = ANY($2)
    AND (webhook_id IS NULL OR webhook_id <> ALL($5))
  ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE delivery AS d SET attempts = d.attempts + 1, next_at = $4, leased_until = $4, updated_at = $1
FROM due LEFT JOIN webhook AS w ON w.provider_id = due.provider_id AND w.id = due.webhook_id AND w.active
WHERE d.provider_id = due.provider_id AND d.id = due.id
RETURNING d.provider_id, d.id, d.kind, d.event_id, d.webhook_id, d.target, d.payload, d.attempts AS attempt,
  d.created_at, w.url, w.secret, w.previous_secret, w.previous_expires_at, w.failures"""
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

    return [_claimed(row) for row in await database.atomically(None, work)]


def _claimed(row: asyncpg.Record) -> Claimed:
    values = dict(row)
    endpoint = {name: values.pop(name) for name in _ENDPOINT}
    return Claimed(**values, endpoint=Endpoint(**endpoint) if endpoint["url"] is not None else None)


async def settle(database: Database, tried: Sequence[Tried]) -> None:
    """Keep how it went, all in one commit; nothing of those whose lease was lost meanwhile."""
    in_order = sorted(tried, key=lambda one: one.claimed.id)  # two who write the same rows wait, and do not block
    await database.executemany(None, _SETTLE, [_kept(one) for one in in_order])


def _kept(one: Tried) -> tuple[object, ...]:
    claimed, attempt = one.claimed, one.attempt
    entry = {"attempt": claimed.attempt, "at": one.at, "took_ms": one.took_ms, "status": attempt.status}
    entry |= {"error": attempt.error, **attempt.more}
    found = (claimed.provider_id, claimed.id, claimed.attempt, one.state, one.again_at or one.at)
    return (*found, attempt.status, attempt.error, one.at, [entry])
