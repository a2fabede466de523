"""Lists of tickets: filtered, in one of three orders, page by page."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of
from app.db.pool import Database
from app.db.tickets import JOINED, SUMMARY, ticket_sees
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
    "q": "t.id = ANY(ARRAY(SELECT matching_tickets({}::text[], {notes})))",
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


@lru_cache(maxsize=512)
def _statement(kind: Kind, filters: tuple[str, ...], order: Order, after: bool | None) -> str:
    """`after`: whether the position before the page has an instant; None for the first page."""
    # Internal notes are found by staff alone.
    notes = str(kind is Kind.STAFF).lower()
    conditions = [FILTERS[name].format(f"${7 + n}", notes=notes) for n, name in enumerate(filters)]
    if after is not None:
        conditions.append(_AFTER[order, after].format(f"${7 + len(filters)}", f"${8 + len(filters)}"))
    where = "".join(f" AND {condition}" for condition in conditions)
    return f"""SELECT {SUMMARY} FROM {JOINED}
      WHERE t.provider_id = $1 AND {ticket_sees(kind)}{where} ORDER BY {_SORTS[order]} LIMIT $6"""


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
    statement = _statement(kind_of(principal), tuple(filters), order, None if after is None else after[0] is not None)
    return await for_caller(database, provider_id, principal, statement, fetch, *filters.values(), *(after or ()))
