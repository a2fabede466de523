"""The log: the desk's own events, and the place that each event gets in the feed, with its seal."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from app.base.actor import Principal
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.callers import CallerRow, for_caller
from app.db.connections import ScopedConnection
from app.db.pool import Database

_LOCK_CLASS: Final = 0x6C6F67  # "log"


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as it is read for its seal and for what follows from it. `texts`: data and decision, as stored."""

    provider_id: UUID
    id: UUID
    subject_kind: str
    subject_id: UUID
    seq: int
    position: int | None
    seal: bytes | None
    type: str
    actor_kind: str
    actor_id: str | None
    on_behalf_of: UUID | None
    policy_version: int | None
    settings_revision: int | None
    request_id: str | None
    occurred_at: datetime
    texts: tuple[str, str | None]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.texts[0])
        return found

    @property
    def decision(self) -> dict[str, Any] | None:
        return None if self.texts[1] is None else orjson.loads(self.texts[1])


_NAMES: Final = (*(name for name in Logged.__slots__ if name != "texts"), "data", "decision")
_COLUMNS: Final = """provider_id, id, subject_kind, subject_id, seq, position, seal, type, actor_kind, actor_id,
  on_behalf_of, policy_version, settings_revision, request_id, occurred_at, data::text AS data,
  decision::text AS decision"""
_WAITING: Final = """
SELECT p.id, p.slug FROM provider AS p
WHERE EXISTS (SELECT FROM event AS e WHERE e.provider_id = p.id AND e.position IS NULL)"""
_END: Final = """
SELECT position, seal FROM event WHERE provider_id = $1 AND position IS NOT NULL ORDER BY position DESC LIMIT 1"""
# By transaction: one that began when another was committed has the higher number. A subject's own changes stay in
# their order whatever else holds.
_NEXT: Final = f"""
SELECT {_COLUMNS} FROM (
  SELECT * FROM event WHERE provider_id = $1 AND position IS NULL ORDER BY transaction, id LIMIT $2) AS event
ORDER BY max(transaction) OVER (PARTITION BY subject_kind, subject_id ORDER BY seq),
  max(id::text) OVER (PARTITION BY subject_kind, subject_id ORDER BY seq), seq"""
_PLACE: Final = """
UPDATE event SET position = new.position, seal = new.seal
FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS new (id, position, seal)
WHERE event.provider_id = $1 AND event.id = new.id"""
_PLACED: Final = f"""
SELECT {_COLUMNS} FROM event WHERE provider_id = $1 AND position > $2 ORDER BY position LIMIT $3"""
_FEED: Final = f"""
  SELECT {_COLUMNS.replace("decision::text", "NULL::text")} FROM event
  WHERE provider_id = $1 AND position > $6 ORDER BY position LIMIT $7"""


def own_event(
    provider_id: UUID,
    kind: EventType,
    subject: tuple[str, UUID],
    seq: int,
    data: dict[str, Any],
    now: datetime,
    **more: Any,
) -> dict[str, Any]:
    """A row of the log about what the desk does by itself, or for whoever runs it; `more` are columns of it."""
    return {
        "provider_id": provider_id,
        "id": uuid7(now),
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "seq": seq,
        "type": str(kind),
        "actor_kind": "system",
        "data": data,
        "occurred_at": now,
        **more,
    }


async def providers_with_news(database: Database) -> list[tuple[UUID, str]]:
    """Id and slug of each provider with events that have no position yet."""
    return [(row["id"], row["slug"]) for row in await database.fetch(None, _WAITING)]


@asynccontextmanager
async def the_one_sequencer(database: Database, provider_id: UUID) -> AsyncIterator[ScopedConnection | None]:
    """A transaction of the only one who gives this provider's events their places; None while it is another."""
    async with database.transaction(None) as connection:
        # By itself, before anything is read: what the one before has committed must be seen by the next statement.
        held = await connection.fetchval(
            "SELECT pg_try_advisory_xact_lock($1, hashtext($2))", _LOCK_CLASS, str(provider_id)
        )
        yield connection if held else None


async def end_of_log(connection: ScopedConnection, provider_id: UUID) -> tuple[int, bytes]:
    """Last position and its seal."""
    row = await connection.fetchrow(_END, provider_id)
    return (0, b"") if row is None else (row["position"], row["seal"])


async def next_events(connection: ScopedConnection, provider_id: UUID, most: int) -> list[Logged]:
    return [_logged(row) for row in await connection.fetch(_NEXT, provider_id, most)]


async def place(connection: ScopedConnection, provider_id: UUID, places: Sequence[tuple[UUID, int, bytes]]) -> None:
    """Each event's position and seal, for good."""
    ids, positions, seals = zip(*places, strict=True)
    await connection.execute(_PLACE, provider_id, list(ids), list(positions), list(seals))


async def feed_events(
    database: Database, provider_id: UUID, principal: Principal, after: int, fetch: int
) -> tuple[CallerRow, list[Logged]]:
    """Behind a position, in order, without the decisions. What has no place yet is not there yet."""
    caller, rows = await for_caller(database, provider_id, principal, _FEED, after, fetch)
    return caller, [_logged({name: row[name] for name in _NAMES}) for row in rows]


async def placed_events(database: Database, provider_id: UUID, after: int, most: int) -> list[Logged]:
    """From the start of the log on, in its order."""
    return [_logged(row) for row in await database.fetch(None, _PLACED, provider_id, after, most)]


def _logged(row: Mapping[str, Any] | asyncpg.Record) -> Logged:
    values = dict(row)
    texts = (values.pop("data"), values.pop("decision"))
    return Logged(**values, texts=texts)
