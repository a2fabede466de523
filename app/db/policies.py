"""Versions of policies and revisions of settings: which are in force, what they hold, and a new one of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.commands import Command, carry_out
from app.db.pool import Database

_VERSION_AT: Final = """(SELECT number FROM policy_version
    WHERE provider_id = $1 AND effective_from <= {at} ORDER BY effective_from DESC, number DESC LIMIT 1)"""
_REVISION_AT: Final = """coalesce((SELECT number FROM settings_revision
    WHERE provider_id = $1 AND effective_from <= {at} ORDER BY effective_from DESC, number DESC LIMIT 1), 0)"""


def in_force(version_at: str, revision_at: str, ending: str = "") -> str:
    """Columns `version` and `revision` with the numbers in force at these places; $1 is the provider."""
    version, revision = _VERSION_AT.format(at=version_at), _REVISION_AT.format(at=revision_at)
    return f"{version} AS version{ending}, {revision} AS revision{ending}"


_IN_FORCE: Final = f"SELECT {in_force('$2::timestamptz', '$2')} FROM provider WHERE id = $1 AND active"
_DOCUMENTS: Final = """
SELECT version.document, version.effective_from, settings.document AS settings, settings.effective_from AS settled_from
FROM policy_version AS version
LEFT JOIN settings_revision AS settings ON settings.provider_id = version.provider_id AND settings.number = $3
WHERE version.provider_id = $1 AND version.number = $2
"""
_SUMMARY: Final = "id, number, effective_from, published_by, warnings, created_at, encode(digest, 'hex') AS digest"


@dataclass(frozen=True, slots=True)
class InForce:
    """Numbers of what is in force; no version: the provider has none, or none yet. Revision 0: no settings."""

    version: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class Documents:
    document: dict[str, Any]
    effective_from: datetime
    settings: dict[str, Any] | None
    settled_from: datetime | None


async def numbers_at(database: Database, provider_id: UUID, at: datetime) -> InForce | None:
    """None: the provider is switched off."""
    row = await database.fetchrow(provider_id, _IN_FORCE, provider_id, at)
    return None if row is None else InForce(row["version"], row["revision"])


async def documents(database: Database, provider_id: UUID, version: int, revision: int) -> Documents | None:
    row = await database.fetchrow(provider_id, _DOCUMENTS, provider_id, version, revision)
    return None if row is None else Documents(**{**row, "document": orjson.loads(row["document"])})


# ── read by staff ────────────────────────────────────────────────────────────
_LISTED: Final = f"""SELECT {_SUMMARY} FROM policy_version
  WHERE provider_id = $1 AND ($6::int IS NULL OR number < $6) ORDER BY number DESC LIMIT $7"""
_ONE: Final = f"SELECT {_SUMMARY}, document, source FROM policy_version WHERE provider_id = $1 AND number = $6"
_SETTINGS_AT: Final = """
  SELECT number, document, effective_from, published_by, created_at FROM settings_revision
  WHERE provider_id = $1 AND effective_from <= $6 ORDER BY effective_from DESC, number DESC LIMIT 1"""
_FOR_PUBLISHING: Final = f"""
  SELECT (SELECT jsonb_build_object('number', number, 'digest', encode(digest, 'hex'), 'from', effective_from)
          FROM policy_version WHERE provider_id = $1 ORDER BY number DESC LIMIT 1) AS latest,
         (SELECT coalesce(jsonb_agg(number ORDER BY number), '[]') FROM policy_version
          WHERE provider_id = $1 AND (effective_from > $6 OR number = {_VERSION_AT.format(at="$6")})) AS versions,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('number', number, 'document', document, 'from', effective_from)
                                    ORDER BY number), '[]') FROM settings_revision
          WHERE provider_id = $1 AND (effective_from > $6 OR number = {_REVISION_AT.format(at="$6")})) AS settings,
         (SELECT jsonb_build_object('number', number, 'from', effective_from)
          FROM settings_revision WHERE provider_id = $1 ORDER BY number DESC LIMIT 1) AS last_settings"""


async def listed_versions(
    database: Database, provider_id: UUID, principal: Principal, after: int | None, fetch: int
) -> list[asyncpg.Record]:
    """The newest first."""
    _, rows = await for_caller(database, provider_id, principal, _LISTED, after, fetch)
    return rows


async def read_version(
    database: Database, provider_id: UUID, principal: Principal, number: int
) -> asyncpg.Record | None:
    _, rows = await for_caller(database, provider_id, principal, _ONE, number)
    return rows[0] if rows else None


async def read_settings(
    database: Database, provider_id: UUID, principal: Principal, at: datetime
) -> asyncpg.Record | None:
    _, rows = await for_caller(database, provider_id, principal, _SETTINGS_AT, at)
    return rows[0] if rows else None


async def facts_for_publishing(
    database: Database, provider_id: UUID, principal: Principal | None, now: datetime
) -> Mapping[str, Any]:
    """The newest version and revision, and the versions and settings in force or to come. No principal: the roof."""
    if principal is not None:
        _, rows = await for_caller(database, provider_id, principal, _FOR_PUBLISHING, now)
        found: Mapping[str, Any] = rows[0]
        return found
    for_the_roof = _FOR_PUBLISHING.replace("$6", "$2::timestamptz")
    row = await database.fetchrow(provider_id, for_the_roof, provider_id, now)
    assert row is not None
    alone: Mapping[str, Any] = row
    return alone


# ── written ──────────────────────────────────────────────────────────────────
async def insert_version(
    database: Database,
    provider_id: UUID,
    row: Mapping[str, Any],
    notices: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Problem `already_exists`: another version took the number."""
    rows = {"policy_version": [row], "notice": notices, "event": events}
    await carry_out(database, provider_id, Command(rows), now)


async def insert_settings(
    database: Database, provider_id: UUID, row: Mapping[str, Any], event: Mapping[str, Any], now: datetime
) -> None:
    await carry_out(database, provider_id, Command({"settings_revision": [row], "event": [event]}), now)
