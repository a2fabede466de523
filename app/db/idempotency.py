"""Answers kept for requests that come again: read along with a command's other facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.errors import Problem
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest, StoredAnswer

KEPT_COLUMNS: Final = """kept.fingerprint AS kept_fingerprint, kept.status AS kept_status, kept.headers AS kept_headers,
  kept.body AS kept_body, kept.expires_at AS kept_until"""


def kept(principal: str, key: str) -> str:
    """A join that gives the kept answer, if there is one; the names are places of the statement."""
    return f"""LEFT JOIN idempotency_key AS kept
  ON kept.provider_id = $1 AND kept.principal = {principal}::text AND kept.key = {key}::text"""


def key_args(repeat: IdempotentRequest | None) -> tuple[str | None, str | None]:
    return (None, None) if repeat is None else (repeat.principal, repeat.key)


async def kept_answer(
    database: Database, provider_id: UUID, row: Mapping[str, Any], repeat: IdempotentRequest | None, now: datetime
) -> StoredAnswer | None:
    """The answer that this request was given before; Problem where its key was another request's."""
    if repeat is None or row["kept_until"] is None:
        return None
    if row["kept_until"] <= now:
        await database.execute(provider_id, _FORGET, provider_id, repeat.principal, repeat.key, now)
        return None
    if row["kept_fingerprint"] != repeat.fingerprint:
        raise Problem("idempotency_key_reused")
    if row["kept_body"] is None:
        raise Problem("conflict", "This answer held a secret, which is shown once.")
    headers = {**row["kept_headers"], "Idempotent-Replayed": "true"}
    return StoredAnswer(row["kept_status"], row["kept_body"], headers)


_FORGET: Final = """
DELETE FROM idempotency_key WHERE provider_id = $1 AND principal = $2 AND key = $3 AND expires_at <= $4
"""
