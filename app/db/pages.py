"""People called out: raised and ended with the events that bring that about, and called again when nobody answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.connections import ScopedConnection
from app.db.pool import Database

_ON_CALL: Final = """
SELECT document -> 'on_call' FROM settings_revision WHERE provider_id = $1 AND effective_from <= $2
ORDER BY effective_from DESC, number DESC LIMIT 1"""
_GOING_ON: Final = "SELECT subject_id, server FROM page WHERE provider_id = $1 AND state <> 'resolved'"
_RAISE: Final = """
INSERT INTO page (provider_id, id, event_id, subject_kind, subject_id, server, audience, on_call, all_at_once, summary,
                  calls, raised_at, escalate_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $13)
ON CONFLICT (provider_id, subject_kind, subject_id, audience) WHERE state <> 'resolved' DO NOTHING RETURNING *"""
_ACKNOWLEDGED: Final = """
UPDATE page SET state = 'acknowledged', acknowledged_at = $4, ended_by = $5, escalate_at = NULL,
  version = version + 1, updated_at = $4
WHERE provider_id = $1 AND state = 'triggered' AND (subject_id = $2 OR id = $3) RETURNING *"""
_RESOLVED: Final = """
UPDATE page SET state = 'resolved', resolved_at = $4, ended_by = $5, escalate_at = NULL,
  version = version + 1, updated_at = $4
WHERE provider_id = $1 AND state <> 'resolved' AND (subject_id = $2 OR server = $3) RETURNING *"""
_LOG: Final = """
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, actor_id, data, occurred_at)
VALUES ($1, $2, 'page', $3, $4, $5, $6, $7, $8, $9)"""
_REFERENCE: Final = "SELECT reference FROM ticket WHERE provider_id = $1 AND id = $2"
_UNANSWERED: Final = """
UPDATE page AS p SET calls = p.calls + 1, escalate_at = $1::timestamptz + $2::interval, version = p.version + 1,
  updated_at = $1
FROM (SELECT provider_id, id FROM page WHERE state = 'triggered' AND escalate_at <= $1
      ORDER BY escalate_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
WHERE p.provider_id = due.provider_id AND p.id = due.id RETURNING p.*"""
_ARRIVED: Final = """
UPDATE page SET delivered_at = $3, version = version + 1, updated_at = $3
WHERE provider_id = $1 AND id = $2 AND delivered_at IS NULL RETURNING *"""
_ONE: Final = "SELECT * FROM page WHERE provider_id = $1 AND id = $2"
_LIST: Final = """
  SELECT p.* FROM page AS p WHERE p.provider_id = $1 AND ($6::uuid IS NULL OR p.id < $6)
    AND ($7::text IS NULL OR p.state = $7) ORDER BY p.id DESC LIMIT $8"""


@dataclass(frozen=True, slots=True)
class NewPage:
    id: UUID
    event_id: UUID
    subject: tuple[str, UUID]
    server: str | None
    audience: str
    on_call: Sequence[str]
    all_at_once: bool
    summary: str
    raised_at: datetime


Row = Mapping[str, Any]


async def on_call(connection: ScopedConnection, provider_id: UUID, now: datetime) -> Mapping[str, Sequence[str]]:
    """By audience: addresses, in the order in which they are called."""
    found: Mapping[str, Sequence[str]] | None = await connection.fetchval(_ON_CALL, provider_id, now)
    return found or {}


async def going_on(connection: ScopedConnection, provider_id: UUID) -> tuple[set[UUID], set[str]]:
    """Subjects and servers that somebody is called out for."""
    rows = await connection.fetch(_GOING_ON, provider_id)
    return {row["subject_id"] for row in rows}, {row["server"] for row in rows if row["server"] is not None}


async def raise_page(
    connection: ScopedConnection, provider_id: UUID, page: NewPage, now: datetime, patience: timedelta
) -> Row | None:
    """None: this audience is called out for it already."""
    found: Row | None = await connection.fetchrow(
        _RAISE,
        *(provider_id, page.id, page.event_id, *page.subject, page.server, page.audience, list(page.on_call)),
        *(page.all_at_once, page.summary, page.raised_at, now + patience, now),
    )
    return found


async def acknowledge(
    connection: ScopedConnection, provider_id: UUID, subject: UUID | None, page: UUID | None, by: str, now: datetime
) -> list[Row]:
    return list(await connection.fetch(_ACKNOWLEDGED, provider_id, subject, page, now, by))


async def resolve(
    connection: ScopedConnection, provider_id: UUID, subject: UUID, server: str | None, by: str, now: datetime
) -> list[Row]:
    return list(await connection.fetch(_RESOLVED, provider_id, subject, server, now, by))


async def log_page(
    connection: ScopedConnection, page: Row, event: UUID, kind: str, actor: tuple[str, str | None], data: Any,
    now: datetime,
) -> None:  # fmt: skip
    """The event about this change of the page."""
    await connection.execute(_LOG, page["provider_id"], event, page["id"], page["version"], kind, *actor, data, now)


async def reference_of(connection: ScopedConnection, provider_id: UUID, ticket: UUID) -> str | None:
    found: str | None = await connection.fetchval(_REFERENCE, provider_id, ticket)
    return found


async def unanswered(connection: ScopedConnection, now: datetime, patience: timedelta, most: int) -> list[Row]:
    """Pages that nobody has answered in time, as they are after one more call."""
    return list(await connection.fetch(_UNANSWERED, now, patience, most))


async def arrived(connection: ScopedConnection, provider_id: UUID, page: UUID, now: datetime) -> Row | None:
    """None: it was not the first call of this page."""
    found: Row | None = await connection.fetchrow(_ARRIVED, provider_id, page, now)
    return found


async def read_page(database: Database, provider_id: UUID, page: UUID) -> Row | None:
    found: Row | None = await database.fetchrow(provider_id, _ONE, provider_id, page)
    return found


async def list_pages(
    database: Database, provider_id: UUID, principal: Principal, after: UUID | None, state: str | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """The latest first."""
    return await for_caller(database, provider_id, principal, _LIST, after, state, fetch)
