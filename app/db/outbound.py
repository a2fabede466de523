"""What is asked before a letter is planned, and all that stands in it when it is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.pool import Database

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

# Ids sort by time, so those of the last day are one range of the primary key.
_TICKETS: Final = """
SELECT t.id, t.standing, coalesce(lower(t.requester ->> 'email'), t.id::text) AS address,
  t.requester ->> 'mail_auth' AS mail_auth, t.requester ->> 'role' AS role,
  coalesce((SELECT jsonb_agg(d.payload) FROM event AS e
            JOIN delivery AS d ON d.provider_id = $1 AND d.event_id = e.id AND d.kind = 'mail'
            WHERE e.provider_id = $1 AND e.subject_kind = 'ticket' AND e.subject_id = t.id), '[]') AS sent,
  lately.in_an_hour, lately.in_a_day
FROM ticket AS t LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE d.created_at > $4) AS in_an_hour, count(*) AS in_a_day
  FROM delivery AS d
  JOIN ticket AS o ON o.provider_id = $1 AND o.id = (d.target ->> 'ticket')::uuid
  WHERE d.provider_id = $1 AND d.kind = 'mail' AND d.id > $3 AND d.payload ->> 'letter' = ANY($5)
    AND lower(o.requester ->> 'email') = lower(t.requester ->> 'email')) AS lately ON true
WHERE t.provider_id = $1 AND t.id = ANY($2)"""


async def tickets_to_write_about(
    connection: ScopedConnection, provider_id: UUID, tickets: Sequence[UUID], answers: Sequence[str], now: datetime
) -> dict[UUID, asyncpg.Record]:
    """By ticket: who asked, what was sent about it, and how many answers went to that address lately."""
    since = UUID(int=uuid7(now - _DAY).int & ~((1 << 80) - 1))
    rows = await connection.fetch(_TICKETS, provider_id, list(tickets), since, now - _HOUR, list(answers))
    return {row["id"]: row for row in rows}


def _person(where: str) -> str:
    return f"""(SELECT jsonb_build_object('id', c.id, 'email', c.email, 'name', c.name,
      'unsubscribed', c.unsubscribed_at IS NOT NULL) FROM contact AS c
    WHERE c.provider_id = $1 AND c.removed_at IS NULL AND c.email IS NOT NULL AND {where} ORDER BY c.id LIMIT 1)"""


_OF_ACCOUNT: Final = "c.account_id = coalesce(t.account_id, $7::uuid)"
_LETTER: Final = f"""
SELECT p.slug, p.name AS provider, e.decision AS decided, t.id AS ticket_id, t.reference, t.subject, t.language,
  t.decision, t.resolution, t.requester, t.status, t.channel, t.state -> 'request' ->> 'action' AS action,
  (SELECT s.reference FROM ticket AS s WHERE s.provider_id = $1 AND s.id = t.merged_into) AS survivor,
  coalesce(t.policy_version, e.policy_version) AS policy_version,
  coalesce(t.settings_revision, e.settings_revision, 0) AS settings_revision,
  {_person("c.id = coalesce($6::uuid, t.contact_id)")} AS contact,
  {_person(_OF_ACCOUNT)} AS account_owner,
  {_person(f"{_OF_ACCOUNT} AND c.token_role = 'secondary_contact'")} AS secondary,
  {_person("c.account_id = (SELECT r.account_id FROM reseller AS r WHERE r.provider_id = $1 AND r.id = t.reseller_id)")}
    AS reseller,
  m.body AS said, m.author, to_jsonb(q) AS quote, to_jsonb(n) AS notice,
  (SELECT i.message_id_header FROM inbound_mail AS i WHERE i.provider_id = $1 AND i.ticket_id = t.id
     AND i.state = 'processed' AND i.message_id_header IS NOT NULL ORDER BY i.id DESC LIMIT 1) AS answers
FROM provider AS p
LEFT JOIN event AS e ON e.provider_id = $1 AND e.id = $2
LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = $3
LEFT JOIN message AS m ON m.provider_id = $1 AND m.id = $4 AND m.visibility = 'public'
LEFT JOIN quote AS q ON q.provider_id = $1
  AND CASE WHEN $5::uuid IS NULL THEN q.ticket_id = t.id AND q.status = 'offered' ELSE q.id = $5 END
LEFT JOIN notice AS n ON n.provider_id = $1 AND n.id = $8
WHERE p.id = $1"""


async def letter_facts(
    database: Database, provider_id: UUID, event: UUID | None, target: Mapping[str, Any], payload: Mapping[str, Any]
) -> asyncpg.Record | None:
    """Looked up for each attempt: whoever was erased or removed meanwhile is written to no more."""
    named = (target.get("ticket"), payload.get("message"), payload.get("quote"))
    more = (target.get("contact"), target.get("account"), payload.get("notice"))
    ids = (None if value is None else UUID(str(value)) for value in (*named, *more))
    return await database.fetchrow(provider_id, _LETTER, provider_id, event, *ids)


_LISTING: Final = """
SELECT a.id, a.version FROM account AS a WHERE a.provider_id = $1 AND a.contact_info_current AND a.id IN (
  SELECT account_id FROM contact WHERE provider_id = $1 AND removed_at IS NULL AND email = $2)"""


async def current_accounts_of(database: Database, provider_id: UUID, email: str) -> dict[UUID, int]:
    """The accounts that list this address and are not known to be out of date, with their versions."""
    rows = await database.fetch(provider_id, _LISTING, provider_id, email)
    return {row["id"]: row["version"] for row in rows}
