"""Mail that came in: found again by its fingerprint, what stands around it, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database

_OWN: Final = """i.provider_id, i.id, i.state, i.reason, i.sender, i.authentication, i.headers, i.storage_key,
  i.version, i.received_at, i.ticket_id, i.message_id"""
_COLUMNS: Final = f"{_OWN}, t.reference, t.status, t.outcome, t.reason AS ticket_reason"
_FROM: Final = "inbound_mail AS i LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = i.ticket_id"
_SAME: Final = f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.provider_id = $1 AND i.fingerprint = $6"
_ONE: Final = f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.provider_id = $1 AND i.id = $6"
_LIST: Final = f"""SELECT {_COLUMNS} FROM {_FROM}
  WHERE i.provider_id = $1 AND ($6::text IS NULL OR i.state = $6) AND ($7::uuid IS NULL OR i.id < $7)
  ORDER BY i.id DESC LIMIT $8"""
_AROUND: Final = """
  SELECT (SELECT count(*) FROM inbound_mail WHERE provider_id = $1 AND sender = $6 AND received_at > $7) AS lately,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'version', a.version)) FROM account AS a
      WHERE a.provider_id = $1 AND a.contact_info_current AND a.id IN (
        SELECT account_id FROM contact WHERE provider_id = $1 AND removed_at IS NULL AND email = $9::text)
        AND (lower(t.requester ->> 'email') = $9 OR EXISTS (SELECT FROM contact AS c
          WHERE c.provider_id = $1 AND c.email = $9 AND (c.account_id = t.account_id OR c.id = sent.contact)))), '[]'
      ) AS listing
  -- Values by themselves: within a condition, row security would take the expressions for some that may leak.
  FROM (SELECT 1) AS once LEFT JOIN (
    SELECT (d.target ->> 'ticket')::uuid AS ticket, (d.target ->> 'contact')::uuid AS contact FROM delivery AS d
    WHERE d.provider_id = $1 AND d.id = $8::uuid AND d.kind = 'mail' OFFSET 0) AS sent ON true
  LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = sent.ticket"""


async def same_mail(
    database: Database, provider_id: UUID, principal: Principal, fingerprint: bytes
) -> asyncpg.Record | None:
    """This very mail, if it was delivered before."""
    _, rows = await for_caller(database, provider_id, principal, _SAME, fingerprint)
    return rows[0] if rows else None


async def around_mail(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    sender: str | None,
    since: datetime,
    returned: tuple[UUID, str] | None = None,
) -> Mapping[str, Any]:
    """How many the sender has sent since; of a mail of ours that came back, the accounts that list its address."""
    delivery, recipient = returned or (None, None)
    _, rows = await for_caller(database, provider_id, principal, _AROUND, sender, since, delivery, recipient)
    around: Mapping[str, Any] = rows[0]
    return around


async def read_mail(database: Database, provider_id: UUID, principal: Principal, mail: UUID) -> asyncpg.Record | None:
    _, rows = await for_caller(database, provider_id, principal, _ONE, mail)
    return rows[0] if rows else None


async def list_mail(
    database: Database, provider_id: UUID, principal: Principal, state: str | None, before: UUID | None, fetch: int
) -> list[asyncpg.Record]:
    """The latest first."""
    _, rows = await for_caller(database, provider_id, principal, _LIST, state, before, fetch)
    return rows


# ── left lying ───────────────────────────────────────────────────────────────
# Whoever received it may be at it still, so a while must have passed; each attempt waits twice as long as the last.
_LYING: Final = f"""
UPDATE inbound_mail AS i SET attempts = i.attempts + 1, again_at = $1::timestamptz + $2::interval * 2 ^ i.attempts
FROM (SELECT m.id, p.id AS provider_id, p.slug FROM provider AS p
      JOIN inbound_mail AS m ON m.provider_id = p.id AND m.state = 'received'
      WHERE coalesce(m.again_at, m.received_at + $2::interval) <= $1
      ORDER BY m.id LIMIT 1 FOR UPDATE OF m SKIP LOCKED) AS lying
WHERE i.provider_id = lying.provider_id AND i.id = lying.id
RETURNING lying.slug AS provider, i.attempts, i.fingerprint, {_OWN}"""


async def take_up_mail(database: Database, now: datetime, after: timedelta) -> Mapping[str, Any] | None:
    """A mail that was kept and not acted on within this time, of any provider; nobody else gets it for as long."""
    row: Mapping[str, Any] | None = await database.fetchrow(None, _LYING, now, after)
    return row


# ── kept no longer ───────────────────────────────────────────────────────────
_OLD: Final = """
SELECT provider_id, id, storage_key FROM inbound_mail
WHERE storage_key IS NOT NULL AND state <> 'received' AND received_at < $1 ORDER BY received_at LIMIT $2"""
_FORGET: Final = "UPDATE inbound_mail SET storage_key = NULL, updated_at = $2 WHERE id = ANY($1)"


async def old_mail(database: Database, before: datetime, most: int) -> list[asyncpg.Record]:
    """Mail that is still kept as it came, of all providers; what nothing was decided about is not among it."""
    return await database.fetch(None, _OLD, before, most)


async def forget_source(database: Database, ids: Sequence[UUID], now: datetime) -> None:
    await database.execute(None, _FORGET, list(ids), now)
