"""Tickets read: one as it is shown, one with all that a change of it is decided by, and what has happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.accounts import account_text, reseller_account_text
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.db.shown_tickets import ACCOUNT, ASSIGNEE, RESELLER, shown
from app.schemas.idempotency import IdempotentRequest

SUMMARY: Final = """t.id, t.reference, t.status, t.outcome, t.reason, t.priority, t.department, t.level, t.topic,
  t.topic_source, t.coverage, t.work_gate, t.fee, t.schedule, t.standing, t.channel, t.language, t.subject, t.facts,
  t.claimed, t.policy_version, t.settings_revision, t.estimated_minutes, t.worked_minutes, t.received_at, t.decided_at,
  t.resolved_at, t.closed_at, t.resolution, t.merged_into, t.follow_up_of, t.incident, t.next_due_at, t.breached,
  t.external_ref, t.metadata, t.version, t.created_at, t.updated_at, t.requester, t.account_id, t.contact_id,
  t.assignee_id, t.reseller_id, a.number AS account_number, a.holder AS account_name, s.name AS assignee_name,
  r.number AS reseller_number, r.name AS reseller_name,
  coalesce((SELECT jsonb_agg(to_jsonb(clock) ORDER BY clock.metric, clock.cycle) FROM clock
            WHERE clock.provider_id = $1 AND clock.ticket_id = t.id), '[]') AS clocks"""
JOINED: Final = """ticket AS t
  LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = t.account_id
  LEFT JOIN staff AS s ON s.provider_id = $1 AND s.id = t.assignee_id
  LEFT JOIN reseller AS r ON r.provider_id = $1 AND r.id = t.reseller_id"""
_THIS: Final = "t.provider_id = $1 AND (t.id = $6::uuid OR t.reference = $7::text)"

Name = tuple[UUID | None, str | None]
"""How a path names a ticket: by its id, or by its reference."""


def ticket_sees(kind: Kind) -> str:
    """A reseller also sees what it asked before the account was known."""
    own = sees(kind, "t.account_id")
    return f"({own} OR t.reseller_id = caller.caller_reseller)" if kind is Kind.RESELLER else own


@lru_cache(maxsize=64)
def _one(kind: Kind, columns: str, more: str = "", source: str = JOINED) -> str:
    return f"SELECT {columns} FROM {source} {more} WHERE {_THIS} AND {ticket_sees(kind)}"


async def _read(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    columns: str,
    more: str,
    *args: object,
    source: str = JOINED,
) -> tuple[CallerRow, asyncpg.Record | None]:
    statement = _one(kind_of(principal), columns, more, source)
    caller, rows = await for_caller(database, provider_id, principal, statement, *args)
    return caller, rows[0] if rows else None


KEPT_OF_TICKET: Final = """(SELECT coalesce(sum(kept.paid - kept.refunded), 0) FROM quote AS kept
      WHERE kept.provider_id = $1 AND kept.ticket_id = {ticket}) AS kept_of_ticket"""
LATEST_QUOTE: Final = """(SELECT jsonb_build_object('id', latest.id, 'edition', latest.edition,
      'status', latest.status, 'version', latest.version, 'total', latest.total::text, 'currency', latest.currency,
      'indicative', latest.indicative, 'expires_at', latest.expires_at)
    FROM quote AS latest WHERE latest.provider_id = $1 AND latest.ticket_id = t.id
    ORDER BY latest.edition DESC LIMIT 1)"""
"""The price of the ticket `t` that was put last."""
_RULED: Final = f"""t.decision::text AS decision, t.state, t.version AS version_of_row,
  {account_text("a")} AS account, {in_force("$8::timestamptz", "$8", "_now")},
  coalesce((SELECT jsonb_agg(server) FROM notice WHERE provider_id = $1 AND kind = 'incident' AND state = 'open'
              AND server IS NOT NULL), '[]') AS incidents, {LATEST_QUOTE} AS latest_quote"""
JUDGED: Final = f"{SUMMARY}, {_RULED}"
"""All that what may be done with a ticket is judged by; $8 is the present instant."""


async def read_ticket(
    database: Database, provider_id: UUID, principal: Principal, name: Name, now: datetime
) -> tuple[CallerRow, asyncpg.Record | None]:
    return await _read(database, provider_id, principal, JUDGED, "", *name, now)


# What one ticket names is looked up only where it names it: joined, all of its columns would go through each join.
_SHOWN: Final = shown(
    ACCOUNT,
    f"(SELECT {RESELLER} FROM reseller AS r WHERE r.provider_id = $1 AND r.id = t.reseller_id)",
    f"(SELECT {ASSIGNEE} FROM staff AS s WHERE s.provider_id = $1 AND s.id = t.assignee_id)",
)
# How a ticket stands towards whoever asks, in one text: all that follows from, where no rule has to be asked, what they
# may do with it. An address of the usual form is like any other. Only the last part may have the sign between them.
USUAL_ADDRESS: Final = r"^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9]+([.-][a-z0-9]+)*$"
_STANCE: Final = f"""concat_ws('|', present.version_now, present.revision_now, t.policy_version, t.status, t.outcome,
  coalesce(t.reason, ''), t.work_gate, t.merged_into IS NULL, coalesce(t.department, ''), coalesce(t.level, -1),
  coalesce(t.state #>> '{{money,declined}}', ''), t.state #>> '{{money,consented}}' IS NULL,
  coalesce(t.state #>> '{{request,action}}', ''), t.channel, t.assignee_id IS NULL,
  coalesce(t.assignee_id = caller.caller_id, false), a.reseller_id IS NULL, coalesce(a.state, ''),
  coalesce(a.active, false), coalesce(a.contact_info_current, false), coalesce(a.facts = '{{}}', false),
  caller.caller_role, coalesce(caller.caller_listed_as, ''), caller.caller_login IS NULL,
  coalesce(caller.caller_level, -1), caller.caller_supervisor, caller.caller_words,
  CASE WHEN length(caller.caller_email) <= 64 AND caller.caller_email ~ '{USUAL_ADDRESS}' THEN '@'
    ELSE caller.caller_email END)"""
_GLIMPSED: Final = f"""t.id::text AS id, t.version, t.policy_version, {_SHOWN} AS shown, t.decision::text AS decision,
  {LATEST_QUOTE} AS latest_quote, present.*, towards.stance, towards.hash,
  CASE WHEN position(towards.hash IN $9::bytea) = 0 THEN ticket_in_full($1, t.id) END AS in_full"""
_OF_ACCOUNT: Final = "ticket AS t LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = t.account_id"
_TOWARDS: Final = f"""CROSS JOIN LATERAL (SELECT {in_force("$8::timestamptz", "$8", "_now")} OFFSET 0) AS present
  CROSS JOIN LATERAL (SELECT one.stance, int8send(hashtextextended(one.stance, 0)) AS hash
    FROM (SELECT {_STANCE} AS stance OFFSET 0) AS one OFFSET 0) AS towards"""


async def glimpse_ticket(
    database: Database, provider_id: UUID, principal: Principal, name: Name, now: datetime, known: bytes
) -> tuple[CallerRow, asyncpg.Record | None]:
    """The ticket as it is shown; what rules ask about it, unless the hash of its stance is among the `known` ones."""
    given = (*name, now, known)
    return await _read(database, provider_id, principal, _GLIMPSED, _TOWARDS, *given, source=_OF_ACCOUNT)


RESELLER_ACCOUNT: Final = f"{reseller_account_text('a')} AS reseller_account"
_FOR_CHANGE: Final = f"{JUDGED}, {RESELLER_ACCOUNT}, {KEPT_COLUMNS}"
_FOR_MESSAGE: Final = f"""t.id, t.reference, t.status, t.merged_into, t.department, t.level, t.topic_source, t.channel,
  t.language, t.subject, t.requester, t.facts, t.claimed, t.policy_version, t.estimated_minutes, t.received_at,
  t.resolved_at, t.closed_at, t.incident, t.account_id, t.contact_id, t.assignee_id, a.number AS account_number,
  {_RULED}, {RESELLER_ACCOUNT}, {KEPT_COLUMNS}"""
_WITH_KEPT: Final = kept("$9", "$10")


async def ticket_for_change(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    name: Name,
    now: datetime,
    repeat: IdempotentRequest | None,
    more: str = "",
    given: Sequence[object] = (),
) -> tuple[CallerRow, Mapping[str, Any] | None]:
    """All that a change of the ticket is decided by; `more`: a further column, its arguments from $11 on."""
    columns = f"{_FOR_CHANGE}, {more}" if more else _FOR_CHANGE
    return await _read(database, provider_id, principal, columns, _WITH_KEPT, *name, now, *key_args(repeat), *given)


async def ticket_for_message(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    name: Name,
    now: datetime,
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, Mapping[str, Any] | None]:
    """All that a message on the ticket is judged by; nothing of what only shows it."""
    given = (*name, now, *key_args(repeat))
    return await _read(database, provider_id, principal, _FOR_MESSAGE, _WITH_KEPT, *given, source=_OF_ACCOUNT)


TAKER: Final = """(SELECT jsonb_build_object('id', w.id, 'name', w.name) FROM staff AS w
  WHERE w.provider_id = $1 AND w.active AND (w.id = $11::uuid OR w.email = $12::text)) AS taker"""
"""A further column of `ticket_for_change`: the staff member of this id or address."""
SURVIVOR: Final = """(SELECT to_jsonb(o) - 'search' || jsonb_build_object('account_number', oa.number)
  FROM ticket AS o LEFT JOIN account AS oa ON oa.provider_id = $1 AND oa.id = o.account_id
  WHERE o.provider_id = $1 AND (o.id = $11::uuid OR o.reference = $12::text)) AS survivor"""
"""A further column: the ticket of this id or reference."""


async def read_state(
    database: Database, provider_id: UUID, principal: Principal, name: Name
) -> tuple[CallerRow, asyncpg.Record | None]:
    """The ticket with what the policy remembers of it."""
    return await _read(database, provider_id, principal, f"{SUMMARY}, t.decision, t.state", "", *name)


# ── what belongs to a ticket ─────────────────────────────────────────────────
_MESSAGES: Final = """m.id, m.visibility, m.author_kind, m.author_id, m.author, m.channel, m.language, m.body,
  m.received_at, m.created_at, coalesce((SELECT jsonb_agg(f.id ORDER BY f.id) FROM attachment AS f
            WHERE f.provider_id = $1 AND f.message_id = m.id), '[]') AS attachments"""
_ATTACHMENTS: Final = "f.id, f.name, f.media_type, f.size, f.digest, f.ticket_id, f.message_id, f.created_at"
_EVENTS: Final = """e.id, e.seq, e.position, e.type, e.actor_kind, e.actor_id, e.on_behalf_of, e.data, e.decision,
  e.policy_version, e.settings_revision, e.occurred_at"""


@lru_cache(maxsize=64)
def _parts(kind: Kind, columns: str, source: str, order: str) -> str:
    # One row even where the ticket has none of them, so that an empty list differs from no ticket.
    return f"""SELECT t.id AS ticket_id, part.* FROM ticket AS t LEFT JOIN LATERAL (
      SELECT {columns} FROM {source} ORDER BY {order} LIMIT $9) AS part ON true
    WHERE {_THIS} AND {ticket_sees(kind)}"""


async def list_messages(
    database: Database, provider_id: UUID, principal: Principal, name: Name, after: UUID | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record] | None]:
    """The oldest first; internal notes for staff alone. None: no such ticket."""
    visible = "" if principal.is_staff else " AND m.visibility = 'public'"
    source = (
        f"message AS m WHERE m.provider_id = $1 AND m.ticket_id = t.id AND ($8::uuid IS NULL OR m.id > $8){visible}"
    )
    return await _listed(database, provider_id, principal, (_MESSAGES, source, "m.id"), *name, after, fetch)


async def list_attachments(
    database: Database, provider_id: UUID, principal: Principal, name: Name, after: UUID | None, fetch: int
) -> tuple[CallerRow, list[asyncpg.Record] | None]:
    """In the order of their uploading; those of internal notes for staff alone. None: no such ticket."""
    visible = "" if principal.is_staff else " AND (m.id IS NULL OR m.visibility = 'public')"
    source = f"""attachment AS f LEFT JOIN message AS m ON m.provider_id = $1 AND m.id = f.message_id
      WHERE f.provider_id = $1 AND f.ticket_id = t.id AND ($8::uuid IS NULL OR f.id > $8){visible}"""
    return await _listed(database, provider_id, principal, (_ATTACHMENTS, source, "f.id"), *name, after, fetch)


async def list_events(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    name: Name,
    after: int | None,
    fetch: int,
    *,
    decisions: bool = False,
    hidden: tuple[str, ...] = (),
) -> tuple[CallerRow, list[asyncpg.Record] | None]:
    """In the order of the log; `decisions`: only those that decided something. None: no such ticket."""
    source = """event AS e WHERE e.provider_id = $1 AND e.subject_kind = 'ticket' AND e.subject_id = t.id
      AND ($8::bigint IS NULL OR e.seq > $8) AND e.type <> ALL($10::text[])"""
    if decisions:
        source += " AND e.decision IS NOT NULL"
    parts = (_EVENTS, source, "e.seq")
    return await _listed(database, provider_id, principal, parts, *name, after, fetch, list(hidden))


async def _listed(
    database: Database, provider_id: UUID, principal: Principal, parts: tuple[str, str, str], *args: object
) -> tuple[CallerRow, list[asyncpg.Record] | None]:
    statement = _parts(kind_of(principal), *parts)
    caller, rows = await for_caller(database, provider_id, principal, statement, *args)
    return caller, [row for row in rows if row["id"] is not None] if rows else None
