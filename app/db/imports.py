"""Imports: read, leased by a worker, and what became of their rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.pool import Database

_SHOWN: Final = """id, kind, options, state, rows_total, rows_done, rows_failed, requested_by, finished_at, version,
  created_at, updated_at"""
_ONE: Final = f'SELECT {_SHOWN} FROM "import" WHERE provider_id = $1 AND id = $6'
_ROWS: Final = """
SELECT number, outcome, subject_id, code, detail, errors FROM import_row
WHERE provider_id = $1 AND import_id = $2 AND ($3::text IS NULL OR outcome = $3) AND number > $4
ORDER BY number LIMIT $5"""
# The oldest that nobody is at. Whoever is killed loses the lease with time, and another goes on.
_CLAIM: Final = """
UPDATE "import" AS i SET leased_until = $2, state = 'running', updated_at = $1,
  version = i.version + (i.state = 'pending')::int
FROM (SELECT provider_id, id FROM "import"
      WHERE state IN ('pending', 'running') AND (leased_until IS NULL OR leased_until <= $1)
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
JOIN provider AS p ON p.id = next.provider_id
WHERE i.provider_id = next.provider_id AND i.id = next.id
RETURNING i.*, p.slug AS provider"""
_NOTE: Final = """
WITH mine AS (
  UPDATE "import" SET rows_done = rows_done + $3, rows_failed = rows_failed + $4, version = version + 1,
    updated_at = $5, leased_until = $6, state = CASE WHEN $7 THEN 'done' ELSE 'running' END,
    content = CASE WHEN $7 THEN NULL ELSE content END, finished_at = CASE WHEN $7 THEN $5::timestamptz END
  WHERE provider_id = $1 AND id = $2 AND leased_until = $8 AND state = 'running'
  RETURNING version, kind, rows_done, rows_failed),
noted AS (
  INSERT INTO import_row (provider_id, import_id, number, outcome, subject_id, code, detail, errors)
  SELECT $1, $2, new.number, new.outcome, new.subject_id, new.code, new.detail, coalesce(new.errors, '[]')
  FROM mine, jsonb_populate_recordset(NULL::import_row, $9) AS new ON CONFLICT DO NOTHING),
told AS (
  INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
  SELECT $1, $10, 'import', $2, version, $11, 'system',
    jsonb_build_object('kind', kind, 'rows', rows_done, 'failed', rows_failed), $5 FROM mine WHERE $7)
SELECT count(*) FROM mine"""
_RELEASE: Final = 'UPDATE "import" SET leased_until = NULL WHERE provider_id = $1 AND id = $2 AND leased_until = $3'


async def read_import(
    database: Database, provider_id: UUID, principal: Principal, import_: UUID
) -> tuple[CallerRow, asyncpg.Record | None]:
    caller, rows = await for_caller(database, provider_id, principal, _ONE, import_)
    return caller, rows[0] if rows else None


async def import_rows(
    database: Database, provider_id: UUID, import_: UUID, outcome: str | None, after: int, fetch: int
) -> list[asyncpg.Record]:
    return await database.fetch(provider_id, _ROWS, provider_id, import_, outcome, after, fetch)


async def claim_import(database: Database, now: datetime, until: datetime) -> asyncpg.Record | None:
    """The whole row of an import of any provider, leased; None: there is nothing to do."""
    return await database.fetchrow(None, _CLAIM, now, until)


async def note_rows(
    database: Database,
    claimed: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    lease: tuple[datetime, datetime],
    now: datetime,
    finished: tuple[UUID, str] | None,
) -> bool:
    """What became of these rows; False where the lease was lost. `lease`: before and after, `finished`: the event."""
    failed = sum(row["outcome"] == "failed" for row in rows)
    done = await database.fetchval(
        claimed["provider_id"],
        _NOTE,
        claimed["provider_id"],
        claimed["id"],
        len(rows),
        failed,
        now,
        lease[1],
        finished is not None,
        lease[0],
        list(rows),
        *(finished or (None, None)),
    )
    return bool(done)


async def release_import(database: Database, claimed: Mapping[str, Any], lease: datetime) -> None:
    """It waits for the next round."""
    await database.execute(claimed["provider_id"], _RELEASE, claimed["provider_id"], claimed["id"], lease)
