"""What happens to a ticket, under the names that policies use for it: clocks start, stop and repeat by them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.base.vocabulary import TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine, started, stopped

OF_VERB: Mapping[str, str] = {
    "triage": "triaged",
    "assign": "assigned",
    "hand_over": "handed_over",
    "escalate": "escalated",
    "transfer": "transferred",
    "diagnose": "diagnosed",
    "verify": "verified",
    "negotiate": "negotiated",
    "schedule": "scheduled",
    "excuse": "excused",
    "override": "overridden",
    "quote": "quoted",
    "consent": "agreed",
    "decline": "declined",
    "pay": "payment",
    "waive": "waived",
    "start_work": "work_started",
    "record_work": "work_recorded",
    "settle": "settled",
    "resolve": "resolved",
    "reopen": "reopened",
    "close": "closed",
}
"""Events by the verb that brings them about."""

REPLIED, CUSTOMER_WROTE = "replied", "customer_wrote"
"""A person of the desk has answered; the customer has written."""


def happened(policy: CompiledPolicy, before: Ticket, after: Ticket, event: str | None, at: datetime) -> Ticket:
    """The ticket after an event: the instant is kept, and the policy's own clocks hear of it.

    Facts that have become known count as events under their own names, and so does a new status.
    """
    names = [*([event] if event is not None else ()), *_come_true(policy, before, after)]
    if after.status is not before.status:
        names.append(after.status.value)
    if not names:
        return after
    clocks = _heard(policy, after, frozenset(names), at) if policy.document.metrics and after.open else after.clocks
    return after.changed(starts={**after.starts, **dict.fromkeys(names, at)}, clocks=clocks)


def _come_true(policy: CompiledPolicy, before: Ticket, after: Ticket) -> Iterable[str]:
    return [n for n in policy.awaited.facts if _holds(after.facts.get(n)) and not _holds(before.facts.get(n))]


def _holds(value: Any) -> bool:
    return value is not None and value is not False


def _heard(policy: CompiledPolicy, ticket: Ticket, names: frozenset[str], at: datetime) -> tuple[ClockLine, ...]:
    """Clocks that these events meet; one that repeats begins again."""
    metrics = policy.document.metrics
    met = frozenset(slug for slug, metric in metrics.items() if metric.stops in names)
    if not met:
        return ticket.clocks
    ended = [line for line in ticket.clocks if line.going and line.metric in met]
    clocks = stopped(policy, ticket.clocks, met, at)
    following = [_following(policy, line, ticket.status, at) for line in ended if metrics[line.metric].repeat]
    return (*clocks, *following)


def _following(policy: CompiledPolicy, line: ClockLine, status: TicketStatus, at: datetime) -> ClockLine:
    return started(policy, line.latest.again(policy, start=at, cycle=line.terms.cycle + 1), status, at)


def known_from_the_start(policy: CompiledPolicy, facts: Mapping[str, Any], at: datetime) -> dict[str, datetime]:
    """Facts that clocks wait for and that a request brings along."""
    return {name: at for name in policy.awaited.facts if _holds(facts.get(name))}
