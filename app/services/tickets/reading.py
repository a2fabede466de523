"""Tickets read and listed, and what has happened to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import INTERNAL
from app.base.identifiers import parse_reference
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.ticket_lists import Position, TicketRows, list_tickets
from app.db.tickets import Name, glimpse_ticket, list_events, list_messages, read_state
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable_citations
from app.policy.desk.glimpse import Glimpse
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine
from app.policy.time.clocks import ClockReading
from app.schemas.tickets import Order
from app.services.accounts import kept_account
from app.services.errands import Errand
from app.services.speaking import around, customer_of
from app.services.stances import Stances
from app.services.ticket_state import KeptTicket, as_ticket, fee_of
from app.services.tickets.actions import Alike, alike_actions, allowed_actions, at_a_glance
from app.services.tickets.knowing import policy_alone
from app.services.tickets.view import clock_view, instant, joined

READS = frozenset({Scope.SUBMIT, Scope.EVENTS})


def named(ticket: str) -> Name:
    """A ticket as a path names it; Problem where it can be the name of none."""
    try:
        return UUID(ticket), None
    except ValueError:
        reference = parse_reference(ticket)
        if reference is None:
            raise Problem("not_found") from None
        return None, reference


def there(caller: CallerRow, row: Mapping[str, Any] | None, scopes: frozenset[Scope] = READS) -> Mapping[str, Any]:
    """The row, if it is there and the caller's scopes let tickets be read."""
    if caller.kind is Kind.SERVICE and not caller.scopes & scopes:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    return row


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A version of it, in JSON as the wire has it."""

    version: int
    body: bytes


async def read(errand: Errand, ticket: str) -> TicketShown:
    """One statement: what rules are asked by comes along unless it is known that none has to be."""
    stances = errand.policies.stances(errand.provider_id, errand.principal.scopes)
    caller, row = await _glimpsed(errand, named(ticket), stances)
    policy, latest = await policy_alone(errand, row), row["latest_quote"]
    alike: Alike | None = stances.shown.get(row["stance"])
    if alike is None:
        allowed = await _judged(errand, policy, caller, row, stances)
    else:
        glimpse = Glimpse(row["id"], alike.turn, fee_of(row["decision"]) if latest is not None else None)
        allowed = alike_actions(policy, alike, glimpse, caller, errand.now, latest)
    return TicketShown(row["version"], joined(row["shown"], latest, row["decision"], allowed))


async def _glimpsed(errand: Errand, name: Name, stances: Stances) -> tuple[CallerRow, Mapping[str, Any]]:
    database, provider_id, principal, now = errand.database, errand.provider_id, errand.principal, errand.now
    caller, found = await glimpse_ticket(database, provider_id, principal, name, now, stances.known)
    row = there(caller, found)
    if row["in_full"] is None and row["stance"] not in stances.shown:  # another has the same hash, of 2 ** 64
        caller, found = await glimpse_ticket(database, provider_id, principal, name, now, b"")
        row = there(caller, found)
    return caller, row


async def _judged(
    errand: Errand, policy: CompiledPolicy, caller: CallerRow, row: Mapping[str, Any], stances: Stances
) -> bytes:
    """What the caller may do, by all that rules may ask. Where none has to be asked, that is remembered."""
    known = row["in_full"]
    kept, account = KeptTicket({**known, "decision": row["decision"]}), kept_account(known["account"])
    policy = await errand.policies.knowing(errand.provider_id, policy, kept)
    desk, customer = partial(around, caller, account, known["incidents"]), customer_of(caller, account)
    alike = at_a_glance(policy, kept.turn, caller, customer)
    if alike is not None:
        stances.learn(row["stance"], row["hash"], alike)
    return allowed_actions(policy, kept, desk, caller, errand.now, row["latest_quote"], customer)


async def listed(
    errand: Errand, filters: Mapping[str, Any], order: Order, after: Position | None, fetch: int
) -> TicketRows:
    caller, rows = await list_tickets(
        errand.database, errand.provider_id, errand.principal, filters, order, after, fetch
    )
    there(caller, {})
    return rows


async def clocks(errand: Errand, ticket: str) -> dict[str, Any]:
    """Every clock as it stands at this instant, in seconds of its own open time."""
    caller, found = await read_state(errand.database, errand.provider_id, errand.principal, named(ticket))
    row = there(caller, found)
    policy = await errand.policies.policy(errand.provider_id, row["policy_version"], row["settings_revision"])
    stored = {(clock["metric"], clock["cycle"]): clock for clock in row["clocks"]}
    kept = as_ticket(row)
    policy = await errand.policies.knowing(errand.provider_id, policy, kept)
    shown = [
        _read(stored.get((line.metric, line.terms.cycle)), line, line.read(policy, errand.now))
        | {"citations": _promised(kept, line.metric)}
        for line in kept.clocks
    ]
    return {"ticket": row["id"], "as_of": errand.now, "data": shown}


def _promised(ticket: Ticket, metric: str) -> list[dict[str, Any]]:
    """The clauses by which such a time is set, as the ticket was last decided."""
    cited = ticket.decision.citations
    return jsonable_citations(tuple(c for c in cited if c.stage == "target" and c.effect == metric))


def _read(stored: Mapping[str, Any] | None, line: ClockLine, now: ClockReading) -> dict[str, Any]:
    known = clock_view(stored) if stored is not None else {}
    return {
        **known,
        "metric": line.metric,
        "cycle": line.terms.cycle,
        "state": now.state,
        "started_at": now.started_at,
        "earliest_at": now.earliest_at,
        "due_at": now.due_at,
        "stopped_at": now.stopped_at,
        "excused_by": now.excused_by,
        "consumed_seconds": now.consumed_seconds,
        "remaining_seconds": now.remaining_seconds,
        "overdue_seconds": now.overdue_seconds,
    }


async def messages(errand: Errand, ticket: str, after: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_messages(
        errand.database, errand.provider_id, errand.principal, named(ticket), after, fetch
    )
    there(caller, None if rows is None else {})
    return rows or ()


async def events(
    errand: Errand, ticket: str, after: int | None, fetch: int, *, decisions: bool = False
) -> Sequence[Mapping[str, Any]]:
    hidden = () if errand.principal.is_staff else tuple(INTERNAL)
    caller, rows = await list_events(
        errand.database,
        errand.provider_id,
        errand.principal,
        named(ticket),
        after,
        fetch,
        decisions=decisions,
        hidden=hidden,
    )
    there(caller, None if rows is None else {})
    return rows or ()


def message_view(row: Mapping[str, Any]) -> dict[str, Any]:
    author = {"kind": row["author_kind"], "id": row["author_id"], **row["author"]}
    names = ("id", "visibility", "channel", "language", "body", "received_at", "created_at", "attachments")
    return {**{name: row[name] for name in names}, "author": author}


def event_view(row: Mapping[str, Any], provider: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "position": row["position"],
        "seq": row["seq"],
        "type": row["type"],
        "occurred_at": row["occurred_at"],
        "provider": provider,
        "subject": {"kind": "ticket", "id": row["ticket_id"]},
        "actor": {"kind": row["actor_kind"], "id": row["actor_id"]},
        "on_behalf_of": row["on_behalf_of"],
        "data": row["data"],
    }


def decision_view(row: Mapping[str, Any]) -> dict[str, Any]:
    decided_by = {"kind": row["actor_kind"], "id": row["actor_id"]}
    occurred_at: datetime | str | None = instant(row["occurred_at"])
    return {"seq": row["seq"], "event": row["type"], "occurred_at": occurred_at, "actor": decided_by,
            "decision": row["decision"]}  # fmt: skip
