"""Webhooks: subscriptions as administrators see them and as the worker reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.connections import ScopedConnection
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest

_SHOWN: Final = """w.id, w.url, w.description, w.event_types, w.active, w.disabled_reason, w.failures, w.paused_until,
  w.previous_expires_at, w.version, w.created_at, w.updated_at"""
_LIST: Final = f"""SELECT {_SHOWN} FROM webhook AS w
  WHERE w.provider_id = $1 AND ($6::uuid IS NULL OR w.id > $6) ORDER BY w.id LIMIT $7"""
_ONE: Final = f"SELECT {_SHOWN} FROM webhook AS w WHERE w.provider_id = $1 AND w.id = $6"
_FOR_CHANGE: Final = f"""
  SELECT {_SHOWN}, w.secret, {KEPT_COLUMNS} FROM (SELECT 1) AS once
  LEFT JOIN webhook AS w ON w.provider_id = $1 AND w.id = $6 {kept("$7", "$8")}"""
_DELETE: Final = """
WITH gone AS (DELETE FROM webhook WHERE provider_id = $1 AND id = $2 AND version = $3 RETURNING 1),
deliveries AS (DELETE FROM delivery USING gone WHERE provider_id = $1 AND webhook_id = $2),
logged AS (
  INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, actor_id, data, request_id,
                     occurred_at)
  SELECT e.provider_id, e.id, e.subject_kind, e.subject_id, e.seq, e.type, e.actor_kind, e.actor_id, e.data,
         e.request_id, e.occurred_at
  FROM gone, jsonb_populate_record(NULL::event, $4) AS e)
SELECT count(*) FROM gone"""


async def list_webhooks(
    database: Database, provider_id: UUID, principal: Principal, after: UUID | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record]]:
    return await for_caller(database, provider_id, principal, _LIST, after, fetch)


async def read_webhook(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID
) -> tuple[CallerRow, asyncpg.Record | None]:
    caller, rows = await for_caller(database, provider_id, principal, _ONE, id_)
    return caller, rows[0] if rows else None


async def webhook_for_change(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID | None, repeat: IdempotentRequest | None
) -> tuple[CallerRow, Mapping[str, Any]]:
    """`id` is None where there is no such webhook, and for one that is yet to be made."""
    caller, rows = await for_caller(database, provider_id, principal, _FOR_CHANGE, id_, *key_args(repeat))
    return caller, rows[0]


async def delete_webhook(
    database: Database, provider_id: UUID, id_: UUID, version: int, event: Mapping[str, Any]
) -> bool:
    """With its deliveries. False: it has changed meanwhile."""
    return bool(await database.fetchval(provider_id, _DELETE, provider_id, id_, version, dict(event)))


# ── for the worker ───────────────────────────────────────────────────────────
_SUBSCRIBED: Final = "SELECT id, event_types, paused_until FROM webhook WHERE provider_id = $1 AND active"
_WELL: Final = """
UPDATE webhook SET failures = 0, paused_until = NULL WHERE provider_id = $1 AND id = $2 AND failures > 0"""
# The one that failed is tried again when the pause ends; all others a little later, if that went well.
_ILL: Final = """
WITH ill AS (
  UPDATE webhook SET failures = failures + 1,
    paused_until = CASE WHEN failures + 1 >= $3::int
      THEN $4::timestamptz + least($5::interval * 2 ^ least(failures + 1 - $3, 16), $6::interval) END
  WHERE provider_id = $1 AND id = $2 RETURNING paused_until),
later AS (
  UPDATE delivery SET next_at = ill.paused_until + $7::interval FROM ill
  WHERE provider_id = $1 AND webhook_id = $2 AND state = 'pending' AND leased_until IS NULL
    AND next_at < ill.paused_until + $7)
SELECT paused_until FROM ill"""
_GONE: Final = """
WITH gone AS (
  UPDATE webhook SET active = false, disabled_reason = $3, version = version + 1, updated_at = $4
  WHERE provider_id = $1 AND id = $2 AND active RETURNING version)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT $1, $5, 'webhook', $2, version, $6, 'system', jsonb_build_object('reason', $3::text), $4 FROM gone"""


@dataclass(frozen=True, slots=True)
class Subscription:
    id: UUID
    event_types: tuple[str, ...]
    paused_until: datetime | None


async def subscriptions(connection: ScopedConnection, provider_id: UUID) -> list[Subscription]:
    rows = await connection.fetch(_SUBSCRIBED, provider_id)
    return [Subscription(row["id"], tuple(row["event_types"]), row["paused_until"]) for row in rows]


async def went_well(database: Database, provider_id: UUID, id_: UUID) -> None:
    await database.execute(None, _WELL, provider_id, id_)


async def went_ill(
    database: Database, provider_id: UUID, id_: UUID, now: datetime, *, after: int, pauses: tuple[timedelta, timedelta]
) -> datetime | None:
    """After so many failures in a row nothing is sent for a while: `pauses` are the first and the longest one."""
    until: datetime | None = await database.fetchval(
        None, _ILL, provider_id, id_, after, now, pauses[0], pauses[1], timedelta(seconds=5)
    )
    return until


async def switch_off(
    database: Database, provider_id: UUID, id_: UUID, reason: str, now: datetime, event: tuple[UUID, str]
) -> None:
    """`event`: id and type of the one that tells of it."""
    await database.execute(None, _GONE, provider_id, id_, reason, now, *event)
