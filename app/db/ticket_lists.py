"""Lists of tickets: filtered, in one of three orders, page by page."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of
from app.db.pool import Database
from app.db.tickets import JOINED, ticket_sees
from app.schemas.tickets import Order

FILTERS: Final[Mapping[str, str]] = {
    "status": "t.status = {}::text",
    "priority": "t.priority = {}::text",
    "department": "t.department = {}::text",
    "level": "t.level = {}::int",
    "account": "t.account_id = (SELECT id FROM account WHERE provider_id = $1 AND number = {}::text)",
    "account_id": "t.account_id = {}::uuid",
    "coverage": "t.coverage = {}::text",
    "work_gate": "t.work_gate = {}::text",
    "assignee": "t.assignee_id = {}::uuid",
    "mine": "t.assignee_id = caller.caller_id AND {}::bool",
    "breached": "t.breached = {}::bool",
    "topic": "(t.topic = {0}::text OR starts_with(t.topic, {0}::text || '.'))",
    "q": "t.id = ANY(ARRAY(SELECT {matching}{}::text[], {notes})))",
    "created_after": "t.created_at > {}::timestamptz",
    "created_before": "t.created_at < {}::timestamptz",
    "external_ref": "t.external_ref = {}::text",
}
# Ids are made in the order of time, so they sort by the making.
_SORTS: Final[Mapping[Order, str]] = {
    Order.NEWEST: "t.id DESC",
    Order.DUE: "t.next_due_at, t.id",
    Order.CHANGED: "t.updated_at DESC, t.id DESC",
}
_AFTER: Final[Mapping[tuple[Order, bool], str]] = {
    (Order.NEWEST, False): "({0}::timestamptz IS NULL AND t.id < {1}::uuid)",
    (Order.DUE, False): "(t.next_due_at IS NULL AND {0}::timestamptz IS NULL AND t.id > {1}::uuid)",
    (Order.DUE, True): "((t.next_due_at, t.id) > ({0}::timestamptz, {1}::uuid) OR t.next_due_at IS NULL)",
    (Order.CHANGED, True): "(t.updated_at, t.id) < ({0}::timestamptz, {1}::uuid)",
}


def _instant(column: str) -> str:
    """As everywhere on the wire: UTC, six digits of a fraction or none."""
    return f"""replace(to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')"""


def _instants(table: str, *columns: str) -> str:
    return ", ".join(f"{_instant(f'{table}.{column}')} AS {column}" for column in columns)


_SHOWN: Final = f"""(SELECT row_to_json(shown)::text FROM (SELECT
    t.id, t.reference, t.status, t.outcome, t.reason, t.priority, t.department, t.level, t.topic, t.topic_source,
    t.coverage, t.work_gate, t.fee, t.schedule, t.standing, t.channel, t.language, t.subject, t.facts, t.claimed,
    t.policy_version, t.settings_revision, t.estimated_minutes, t.worked_minutes, t.merged_into, t.follow_up_of,
    t.incident, t.breached, t.resolution, t.external_ref, t.metadata, t.version,
    {_instants("t", "received_at", "decided_at", "resolved_at", "closed_at", "created_at", "updated_at")},
    {_instant("t.next_due_at")} AS due_at,
    CASE WHEN t.account_id IS NOT NULL
      THEN json_build_object('id', t.account_id, 'number', a.number, 'name', a.holder) END AS account,
    CASE WHEN t.reseller_id IS NOT NULL
      THEN json_build_object('id', t.reseller_id, 'number', r.number, 'name', r.name) END AS reseller,
    json_build_object('contact', t.contact_id, 'name', t.requester -> 'name', 'email', t.requester -> 'email',
      'user', t.requester -> 'user', 'phone', t.requester -> 'phone') AS requester,
    CASE WHEN t.assignee_id IS NOT NULL
      THEN json_build_object('id', t.assignee_id, 'name', s.name) END AS assignee,
    coalesce((SELECT json_agg(line) FROM (
      SELECT c.metric, c.cycle, c.state, c.kind, c.calendar, c.strength, c.liability, c.excused_by,
        {_instants("c", "started_at", "earliest_at", "due_at", "stopped_at")}
      FROM clock AS c WHERE c.provider_id = $1 AND c.ticket_id = t.id ORDER BY c.metric, c.cycle) AS line), '[]'
    ) AS clocks) AS shown)"""
"""A ticket as lists show it, in JSON as the wire has it: nothing of it is read here, and Postgres writes it faster."""


@lru_cache(maxsize=512)
def _statement(kind: Kind, filters: tuple[str, ...], order: Order, after: bool | None, fetch: int) -> str:
    """`after`: whether the position before the page has an instant; None for the first page.

    `fetch` is written out: Postgres keeps a plan only where it knows how few rows are wanted.
    """
    # Internal notes are found by staff alone; what somebody sees of one account is looked for there alone.
    notes = str(kind is Kind.STAFF).lower()
    matching = "matching_tickets_of(caller.caller_account, " if kind is Kind.CONTACT else "matching_tickets("
    conditions = [FILTERS[name].format(f"${6 + n}", notes=notes, matching=matching) for n, name in enumerate(filters)]
    if after is not None:
        conditions.append(_AFTER[order, after].format(f"${6 + len(filters)}", f"${7 + len(filters)}"))
    where = "".join(f" AND {condition}" for condition in conditions)
    return f"""SELECT t.id, t.next_due_at, t.updated_at, {_SHOWN} AS shown FROM {JOINED}
      WHERE t.provider_id = $1 AND {ticket_sees(kind)}{where} ORDER BY {_SORTS[order]} LIMIT {fetch:d}"""


Position = tuple[Any, UUID]
"""The instant that the list is sorted by (None: by the id alone) and the id."""


async def list_tickets(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    filters: Mapping[str, Any],
    order: Order,
    after: Position | None,
    fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """Each row with what it is sorted by, and the ticket as it is `shown` in JSON."""
    instant = None if after is None else after[0] is not None
    statement = _statement(kind_of(principal), tuple(filters), order, instant, fetch)
    return await for_caller(database, provider_id, principal, statement, *filters.values(), *(after or ()))
