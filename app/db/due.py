"""What has come due, of all providers, by partial indexes: clocks, tickets, quotes, and what is kept no longer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.db.pool import Database
from app.db.tickets import JOINED, JUDGED, RESELLER_ACCOUNT

# Four indexes, each read from its beginning; what was due first comes first.
_TICKETS: Final = """
SELECT p.id AS provider_id, p.slug AS provider, due.ticket_id, min(due.at) AS at FROM (
  (SELECT provider_id, ticket_id, due_at AS at FROM clock
   WHERE state IN ('running', 'breached') AND breach_announced_at IS NULL AND due_at < $1 ORDER BY due_at LIMIT $2)
  UNION ALL
  (SELECT provider_id, ticket_id, warn_at FROM clock
   WHERE state = 'running' AND warned_at IS NULL AND warn_at <= $1 ORDER BY warn_at LIMIT $2)
  UNION ALL
  (SELECT provider_id, id, wake_at FROM ticket
   WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2)
  UNION ALL
  (SELECT q.provider_id, q.ticket_id, q.expires_at FROM quote AS q
   JOIN ticket AS t ON t.provider_id = q.provider_id AND t.id = q.ticket_id AND t.status NOT IN ('resolved', 'closed')
   WHERE q.status = 'offered' AND q.expires_at <= $1 ORDER BY q.expires_at LIMIT $2)) AS due
JOIN provider AS p ON p.id = due.provider_id
GROUP BY p.id, p.slug, due.ticket_id ORDER BY at LIMIT $2"""
_TICKET: Final = f"""
SELECT {JUDGED.replace("$8", "$3")}, {RESELLER_ACCOUNT}, t.woken FROM {JOINED} WHERE t.provider_id = $1 AND t.id = $2"""
_LET_SLEEP: Final = "UPDATE ticket SET wake_at = $4 WHERE provider_id = $1 AND id = $2 AND version = $3"
_WARNED: Final = """
UPDATE clock SET warned_at = coalesce(warned_at, $3) WHERE provider_id = $1 AND ticket_id = $2
  AND state = 'running' AND warn_at <= $3"""
_QUOTES: Final = """
WITH lapsed AS (
  UPDATE quote AS q SET status = 'expired', version = q.version + 1, updated_at = $1
  FROM (SELECT provider_id, id FROM quote AS o WHERE status = 'offered' AND expires_at <= $1
          AND NOT EXISTS (SELECT FROM ticket AS t WHERE t.provider_id = o.provider_id AND t.id = o.ticket_id
                          AND t.status NOT IN ('resolved', 'closed'))
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
  WHERE q.provider_id = due.provider_id AND q.id = due.id
  RETURNING q.provider_id, q.id, q.version, q.ticket_id, q.account_id, q.edition),
named AS (SELECT *, row_number() OVER () AS n FROM lapsed)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT provider_id, ($3::uuid[])[n], 'quote', id, version, $4, 'system',
  jsonb_build_object('ticket_id', ticket_id, 'account_id', account_id, 'edition', edition), $1 FROM named"""
_UNCONFIRMED: Final = """
WITH told AS (
  UPDATE account AS a SET confirmation_due_told_at = $1, version = a.version + 1, updated_at = $1
  FROM (SELECT provider_id, id, coalesce(contact_info_confirmed_at, created_at) AS confirmed_at FROM account
        WHERE coalesce(contact_info_confirmed_at, created_at) <= $5 AND state <> 'closed' AND contact_info_current
          AND (confirmation_due_told_at IS NULL
            OR confirmation_due_told_at < coalesce(contact_info_confirmed_at, created_at))
        ORDER BY coalesce(contact_info_confirmed_at, created_at) LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
  WHERE a.provider_id = due.provider_id AND a.id = due.id
  RETURNING a.provider_id, a.id, a.version, a.number, due.confirmed_at),
named AS (SELECT *, row_number() OVER () AS n FROM told)
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT provider_id, ($3::uuid[])[n], 'account', id, version, $4, 'system',
  jsonb_build_object('number', number, 'confirmed_at', confirmed_at), $1 FROM named"""
_KEYS: Final = """
DELETE FROM idempotency_key AS k USING (
  SELECT provider_id, principal, key FROM idempotency_key WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) AS old
WHERE k.provider_id = old.provider_id AND k.principal = old.principal AND k.key = old.key AND k.expires_at <= $1"""
_DELIVERED: Final = """
DELETE FROM delivery AS d USING (
  SELECT provider_id, id FROM delivery WHERE state = 'delivered' AND delivered_at <= $1
  ORDER BY delivered_at LIMIT $2) AS old
WHERE d.provider_id = old.provider_id AND d.id = old.id"""
_PROVIDERS: Final = "SELECT id, slug FROM provider WHERE active ORDER BY slug"


@dataclass(frozen=True, slots=True)
class DueTicket:
    provider_id: UUID
    provider: str
    """Slug."""
    ticket_id: UUID
    at: datetime


async def due_tickets(database: Database, now: datetime, most: int) -> list[DueTicket]:
    """Tickets with a clock that is missed or nears its time, a while that is over, or a price; untold so far."""
    return [DueTicket(**row) for row in await database.fetch(None, _TICKETS, now, most)]


async def due_ticket(database: Database, provider_id: UUID, ticket: UUID, now: datetime) -> Mapping[str, Any] | None:
    """All that a change of it is decided by, as `ticket_for_change` gives it, for nobody in particular."""
    found: Mapping[str, Any] | None = await database.fetchrow(provider_id, _TICKET, provider_id, ticket, now)
    return found


async def let_sleep(
    database: Database, provider_id: UUID, ticket: UUID, version: int, until: datetime | None, now: datetime
) -> None:
    """There was nothing to tell: look again at this time, unless the ticket changes before."""
    await database.execute(provider_id, _LET_SLEEP, provider_id, ticket, version, until)
    await database.execute(provider_id, _WARNED, provider_id, ticket, now)


async def lapse_quotes(database: Database, ids: Sequence[UUID], event: str, now: datetime) -> int:
    """Of no ticket, or of one that has ended; as many as there are ids for the events that tell of it."""
    done = await database.execute(None, _QUOTES, now, len(ids), list(ids), event)
    return int(done.rpartition(" ")[2])


async def tell_unconfirmed(database: Database, ids: Sequence[UUID], event: str, before: datetime, now: datetime) -> int:
    """Accounts whose contact data nobody has confirmed since, each told of once; at most as many as there are ids."""
    done = await database.execute(None, _UNCONFIRMED, now, len(ids), list(ids), event, before)
    return int(done.rpartition(" ")[2])


async def forget_keys(database: Database, now: datetime, most: int) -> int:
    """Answers kept for requests that may not come again."""
    return int((await database.execute(None, _KEYS, now, most)).rpartition(" ")[2])


async def forget_delivered(database: Database, before: datetime, most: int) -> int:
    """What was delivered by then; what is dead stays until somebody sees to it."""
    return int((await database.execute(None, _DELIVERED, before, most)).rpartition(" ")[2])


async def active_providers(database: Database) -> list[tuple[UUID, str]]:
    return [(row["id"], row["slug"]) for row in await database.fetch(None, _PROVIDERS)]
