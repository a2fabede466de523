"""Lists of tickets: filtered, in one of three orders, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.base.vocabulary import TicketStatus
from app.db.callers import CallerRow, Kind, for_caller, kind_of
from app.db.pool import Database
from app.db.shown_tickets import ACCOUNT, ASSIGNEE, RESELLER, shown
from app.db.ticket_search import all_matching, steps_back
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
    # These two have an index of the few that they can be of.
    "status of open": "t.status = {}::text AND t.status NOT IN ('resolved', 'closed')",
    "breached only": "t.breached AND {}::bool",
    "topic": "(t.topic = {0}::text OR starts_with(t.topic, {0}::text || '.'))",
    "q": "t.id = ANY({matching})",
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
_LAST: Final = UUID(int=(1 << 128) - 1)


_SHOWN: Final = shown(ACCOUNT, RESELLER, ASSIGNEE)


@lru_cache(maxsize=512)
def _statement(kind: Kind, filters: tuple[str, ...], order: Order, after: bool | None, fetch: int) -> str:
    """`after`: whether the position before the page has an instant; None for the first page.

    `fetch` is written out: Postgres keeps a plan only where it knows how few rows are wanted.
    """
    words = f"${6 + filters.index('q')}::text[]" if "q" in filters else ""
    in_steps = _in_steps(filters, order)
    matching = "step.matching" if in_steps else all_matching(kind, words, "status of open" in filters)
    by_topic = _by_topic(kind, filters, order)
    conditions = [
        FILTERS[name].replace("{matching}", matching).format(f"${6 + n}")
        for n, name in enumerate(filters)
        if not (by_topic and name == "topic")
    ]
    place = 6 + len(filters)
    if after is not None:
        conditions.append(_AFTER[order, after].format(f"${place}", f"${place + 1}"))
        place += 2
    where = "".join(f" AND {condition}" for condition in conditions)
    if by_topic:
        topic = f"${6 + filters.index('topic')}::text"
        where = f" AND {_newest_below(topic, where, fetch)}"
    page = f"""SELECT t.id, t.next_due_at, t.updated_at, {_SHOWN} AS shown FROM {JOINED}
      WHERE t.provider_id = $1 AND {ticket_sees(kind)}{where} ORDER BY {_SORTS[order]} LIMIT {fetch:d}"""
    if not in_steps:
        return page
    steps = steps_back(kind, words, f"${place}::uuid", fetch)
    return f"SELECT page.* FROM {steps}, LATERAL ({page}) AS page LIMIT {fetch:d}"


def _by_topic(kind: Kind, filters: Sequence[str], order: Order) -> bool:
    """Whoever sees all asks for a topic and for nothing else: the newest of each below it are looked up."""
    return kind in (Kind.STAFF, Kind.SERVICE) and order is Order.NEWEST and tuple(filters) == ("topic",)


def _newest_below(topic: str, where: str, fetch: int) -> str:
    return f"""t.id = ANY(ARRAY(
      WITH RECURSIVE below (topic) AS (
        SELECT {topic} || '.'
        UNION ALL SELECT (SELECT t.topic FROM ticket AS t WHERE t.provider_id = $1
          AND t.topic ~>~ below.topic AND t.topic ~<~ ({topic} || '/')
          ORDER BY t.topic USING ~<~ LIMIT 1) FROM below WHERE below.topic IS NOT NULL)
      SELECT newest.id FROM (SELECT {topic} AS topic UNION ALL SELECT topic FROM below) AS one, LATERAL (
        SELECT t.id FROM ticket AS t WHERE t.provider_id = $1 AND t.topic = one.topic{where}
        ORDER BY t.id DESC LIMIT {fetch:d}) AS newest ORDER BY newest.id DESC LIMIT {fetch:d}))"""


def _in_steps(filters: Sequence[str], order: Order) -> bool:
    """Else all that match are put in order, or there are never many."""
    return "q" in filters and order is Order.NEWEST and "status of open" not in filters


_SORTED_BY: Final[Mapping[Order, str]] = {
    Order.NEWEST: "NULL::timestamptz",
    Order.DUE: "page.next_due_at",
    Order.CHANGED: "page.updated_at",
}


@lru_cache(maxsize=512)
def _page(kind: Kind, filters: tuple[str, ...], order: Order, after: bool | None, fetch: int) -> str:
    """In one row: what is read of the caller along with it would come again with each."""
    last = fetch - 1
    return f"""SELECT array_agg(page.shown) AS shown, (array_agg({_SORTED_BY[order]}))[{last:d}] AS last_instant,
      (array_agg(page.id))[{last:d}] AS last_id
    FROM ({_statement(kind, filters, order, after, fetch)}) AS page"""


Position = tuple[Any, UUID]
"""The instant that the list is sorted by (None: by the id alone) and the id."""


@dataclass(frozen=True, slots=True)
class TicketRows:
    """Each as lists show it, in JSON. `last`: the position of the last but one, where so many were found."""

    shown: Sequence[str]
    last: Position | None


async def list_tickets(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    filters: Mapping[str, Any],
    order: Order,
    after: Position | None,
    fetch: int,
) -> tuple[CallerRow, TicketRows]:
    """At most `fetch` of them, in order."""
    kind, names = kind_of(principal), tuple(_named(*given) for given in filters.items())
    instant = None if after is None else after[0] is not None
    statement = _page(kind, names, order, instant, fetch)
    before = () if not _in_steps(names, order) else (_LAST if after is None else after[1],)
    args = (*filters.values(), *(after or ()), *before)
    caller, (page,) = await for_caller(database, provider_id, principal, statement, *args)
    last = None if page["last_id"] is None else (page["last_instant"], page["last_id"])
    return caller, TicketRows(page["shown"] or (), last)


def _named(name: str, value: object) -> str:
    if name == "status" and value not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return "status of open"
    return "breached only" if name == "breached" and value else name
