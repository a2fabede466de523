"""Deliveries looked at and set going again by those who administer them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.pool import Database

_SHOWN: Final = """d.id, d.kind, d.webhook_id, d.target, d.state, d.attempts, d.next_at, d.last_status, d.last_error,
  d.delivered_at, d.attempt_log, d.created_at, d.updated_at, d.event_id, e.type AS event_type,
  e.position AS event_position"""
_FROM: Final = "delivery AS d LEFT JOIN event AS e ON e.provider_id = $1 AND e.id = d.event_id"
_OF_WEBHOOK: Final = f"""
  SELECT w.id AS of_webhook, part.* FROM webhook AS w LEFT JOIN LATERAL (
    SELECT {_SHOWN} FROM {_FROM}
    WHERE d.provider_id = $1 AND d.webhook_id = w.id AND ($7::uuid IS NULL OR d.id < $7)
      AND ($8::text IS NULL OR d.state = $8)
    ORDER BY d.id DESC LIMIT $9) AS part ON true
  WHERE w.provider_id = $1 AND w.id = $6"""
_DEAD: Final = f"""
  SELECT {_SHOWN} FROM {_FROM}
  WHERE d.provider_id = $1 AND d.state = 'dead' AND ($6::uuid IS NULL OR d.id > $6)
    AND ($7::text IS NULL OR d.kind = $7)
  ORDER BY d.id LIMIT $8"""
_ANEW: Final = """
SET state = 'pending', attempts = 0, next_at = $2, delivered_at = NULL, leased_until = NULL, updated_at = $2"""
_REDELIVER: Final = f"""
UPDATE delivery {_ANEW} WHERE provider_id = $1 AND webhook_id = $3 AND id = $4 AND state <> 'pending'"""
_REDELIVER_SINCE: Final = f"""
UPDATE delivery {_ANEW} WHERE provider_id = $1 AND webhook_id = $3 AND created_at >= $4 AND state = 'dead'"""
_REQUEUE: Final = f"""
WITH anew AS (UPDATE delivery {_ANEW} WHERE provider_id = $1 AND id = $3 AND state = 'dead' RETURNING *)
SELECT {_SHOWN} FROM anew AS d LEFT JOIN event AS e ON e.provider_id = $1 AND e.id = d.event_id"""


async def deliveries_of_webhook(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    webhook: UUID,
    after: UUID | None,
    state: str | None,
    fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record] | None]:
    """The latest first. None: no such webhook."""
    caller, rows = await for_caller(database, provider_id, principal, _OF_WEBHOOK, webhook, after, state, fetch)
    return caller, [row for row in rows if row["id"] is not None] if rows else None


async def dead_letters(
    database: Database, provider_id: UUID, principal: Principal, after: UUID | None, kind: str | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """The oldest first."""
    return await for_caller(database, provider_id, principal, _DEAD, after, kind, fetch)


async def redeliver_one(database: Database, provider_id: UUID, webhook: UUID, delivery: UUID, now: datetime) -> int:
    """How many: none where it is under way already, or not this webhook's."""
    return _count(await database.execute(provider_id, _REDELIVER, provider_id, now, webhook, delivery))


async def redeliver_since(database: Database, provider_id: UUID, webhook: UUID, since: datetime, now: datetime) -> int:
    """All that did not arrive, of what was put down since then."""
    return _count(await database.execute(provider_id, _REDELIVER_SINCE, provider_id, now, webhook, since))


async def requeue_dead(
    database: Database, provider_id: UUID, delivery: UUID, now: datetime
) -> Mapping[str, Any] | None:
    """None: it is not dead, or not there."""
    found: Mapping[str, Any] | None = await database.fetchrow(provider_id, _REQUEUE, provider_id, now, delivery)
    return found


def _count(done: str) -> int:
    return int(done.rpartition(" ")[2])
