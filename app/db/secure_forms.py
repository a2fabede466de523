"""Secure forms: read for whoever may see them, found by their link, and emptied when their time is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest

_COLUMNS: Final = """f.id, f.version, f.state, f.purpose, f.ticket_id, f.account_id, f.contact_id, f.sealed,
  f.requested_by, f.filled_at, f.revealed_at, f.expires_at, f.created_at, f.updated_at"""


@lru_cache(maxsize=8)
def _one(kind: Kind) -> str:
    return f"""SELECT {_COLUMNS}, {KEPT_COLUMNS} FROM secure_form AS f {kept("$7", "$8")}
  WHERE f.provider_id = $1 AND f.id = $6 AND {sees(kind, "f.account_id")}"""


async def read_form(
    database: Database, provider_id: UUID, principal: Principal, form: UUID, repeat: IdempotentRequest | None
) -> tuple[CallerRow, Mapping[str, Any] | None]:
    """Of an account that the caller's grant reaches."""
    caller, rows = await for_caller(database, provider_id, principal, _one(kind_of(principal)), form, *key_args(repeat))
    return caller, rows[0] if rows else None


_OF_LINK: Final = f"""
SELECT {_COLUMNS}, c.token_role FROM secure_form AS f
LEFT JOIN contact AS c ON c.provider_id = $1 AND c.id = f.contact_id
WHERE f.provider_id = $1 AND f.id = $2"""


async def form_of_link(database: Database, provider_id: UUID, form: UUID) -> Mapping[str, Any] | None:
    """For whoever holds its link; the link is checked before."""
    row: Mapping[str, Any] | None = await database.fetchrow(provider_id, _OF_LINK, provider_id, form)
    return row


_TO_SEND: Final = """
SELECT c.email, c.name, f.purpose, f.expires_at, t.reference, t.language, p.slug AS provider
FROM secure_form AS f
JOIN provider AS p ON p.id = f.provider_id
JOIN contact AS c ON c.provider_id = $1 AND c.id = f.contact_id AND c.removed_at IS NULL AND c.email IS NOT NULL
LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = f.ticket_id
WHERE f.provider_id = $1 AND f.id = $2 AND f.state = 'open' AND f.expires_at > $3"""


async def form_to_send(database: Database, provider_id: UUID, form: UUID, now: datetime) -> Mapping[str, Any] | None:
    """With the listed person's address; None where the form is no longer open or the person no longer listed."""
    row: Mapping[str, Any] | None = await database.fetchrow(provider_id, _TO_SEND, provider_id, form, now)
    return row


_NAMED: Final = "SELECT account_id, state, expires_at FROM secure_form WHERE provider_id = $1 AND id = $2"


async def named_form(database: Database, provider_id: UUID, form: UUID) -> Mapping[str, Any] | None:
    row: Mapping[str, Any] | None = await database.fetchrow(provider_id, _NAMED, provider_id, form)
    return row


_EXPIRED: Final = """
SELECT provider_id, id FROM secure_form WHERE state IN ('open', 'filled') AND expires_at <= $1
ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_EMPTY: Final = """
WITH gone AS (
  UPDATE secure_form SET state = 'expired', sealed = NULL, version = version + 1, updated_at = $3
  WHERE id = ANY($1::uuid[]) AND state IN ('open', 'filled') AND expires_at <= $3
  RETURNING provider_id, id, version, ticket_id)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT gone.provider_id, told.id, 'secure_form', gone.id, gone.version, $4, 'system',
       jsonb_build_object('ticket', gone.ticket_id), $3
FROM gone JOIN unnest($1::uuid[], $2::uuid[]) AS told (of, id) ON told.of = gone.id
"""


async def expired_forms(database: Database, now: datetime, limit: int) -> list[asyncpg.Record]:
    """Of all providers: `database` acts as the worker."""
    return await database.fetch(None, _EXPIRED, now, limit)


async def empty_forms(
    database: Database, ids: Sequence[UUID], event_ids: Sequence[UUID], event: str, now: datetime
) -> None:
    await database.execute(None, _EMPTY, list(ids), list(event_ids), now, event)
