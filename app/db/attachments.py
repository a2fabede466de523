"""Files that came with tickets and messages, and those that nothing names yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.pool import Database
from app.db.tickets import ticket_sees
from app.schemas.idempotency import IdempotentRequest

UNLINKED_FOR: Final = timedelta(hours=24)
_UPLOADING: Final = f"""
  SELECT (SELECT count(*) FROM attachment
          WHERE provider_id = $1 AND uploaded_by = $6 AND ticket_id IS NULL AND created_at > $7) AS unlinked,
    {KEPT_COLUMNS}
  FROM (SELECT 1) AS once {kept("$8", "$9")}"""


async def facts_for_upload(
    database: Database, provider_id: UUID, principal: Principal, now: datetime, repeat: IdempotentRequest | None
) -> tuple[CallerRow, Mapping[str, Any]]:
    """How many files of the caller's wait to be named."""
    args = (principal.key, now - UNLINKED_FOR, *key_args(repeat))
    caller, rows = await for_caller(database, provider_id, principal, _UPLOADING, *args)
    return caller, rows[0]


@lru_cache(maxsize=8)
def _one(kind: Kind) -> str:
    public = "" if kind is Kind.STAFF else "AND (m.id IS NULL OR m.visibility = 'public')"
    return f"""
  SELECT f.id, f.name, f.media_type, f.size, f.digest, f.ticket_id, f.message_id, f.created_at, f.storage_key
  FROM attachment AS f
  LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = f.ticket_id
  LEFT JOIN message AS m ON m.provider_id = $1 AND m.id = f.message_id
  WHERE f.provider_id = $1 AND f.id = $6
    AND ((f.ticket_id IS NULL AND f.uploaded_by = $7 AND f.created_at > $8)
         OR (t.id IS NOT NULL AND {ticket_sees(kind)} {public}))"""


async def read_attachment(
    database: Database, provider_id: UUID, principal: Principal, attachment: UUID, now: datetime
) -> tuple[CallerRow, asyncpg.Record | None]:
    """One that nothing names yet is its uploader's alone; an internal note's is for staff."""
    args = (attachment, principal.key, now - UNLINKED_FOR)
    caller, rows = await for_caller(database, provider_id, principal, _one(kind_of(principal)), *args)
    return caller, rows[0] if rows else None


_EXPIRED: Final = """
SELECT provider_id, id, storage_key FROM attachment WHERE ticket_id IS NULL AND created_at < $1
ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_FORGET: Final = """
WITH gone AS (DELETE FROM attachment WHERE id = ANY($1::uuid[]) AND ticket_id IS NULL RETURNING provider_id, id)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT gone.provider_id, told.id, 'attachment', gone.id, 2, $4, 'system', '{}', $3
FROM gone JOIN unnest($1::uuid[], $2::uuid[]) AS told (of, id) ON told.of = gone.id
"""


async def expired_attachments(database: Database, before: datetime, limit: int) -> list[asyncpg.Record]:
    """Of all providers: `database` acts as the worker."""
    return await database.fetch(None, _EXPIRED, before, limit)


async def forget_attachments(
    database: Database, ids: Sequence[UUID], event_ids: Sequence[UUID], event: str, now: datetime
) -> None:
    await database.execute(None, _FORGET, list(ids), list(event_ids), now, event)
