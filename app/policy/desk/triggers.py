"""Time as an event of a ticket: a target that is missed, a while that has passed since something happened."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.base.money import rounded
from app.base.vocabulary import TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decision import EffectDone
from app.policy.desk.events import Event
from app.policy.language.effects import Transition as Move
from app.policy.language.model import Model
from app.policy.language.standard import STATUSES
from app.policy.language.stating import duration
from app.policy.life import Desk, carry_on, reclassify, redeliberate
from app.policy.situation import Money, Sender
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets.happenings import happened
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import with_status
from app.policy.time.calendars import CalendarHorizonExceeded
from app.policy.transitions import apply
from app.policy.verbs.step import Result, Transition

_SYSTEM = Sender(role="system")
WINDOW_OPENED = "window_opened"
"""The time has come for which the work was scheduled."""
PRICE_EXPIRED = "price_expired"
"""A price was on offer until now."""


class Trigger(Model):
    """An event that is to come of itself, as it is handed in when its time has come."""

    at: datetime
    event: Event
    since: datetime | None = None
    """Of a while: when it began."""


def whiles(policy: CompiledPolicy, ticket: Ticket) -> Iterator[Trigger]:
    """The whiles that the rules speak of, in no order; what is closed waits for nothing."""
    if ticket.status is TicketStatus.CLOSED:
        return
    window = ticket.decision.schedule
    if ticket.status is TicketStatus.SCHEDULED and window is not None and window.from_ is not None:
        yield Trigger(at=window.from_, event=Event(type=WINDOW_OPENED), since=window.from_)
    for event, since in _begun(ticket, policy.awaited.whiles).items():
        for span in policy.awaited.whiles[event]:
            try:
                at = policy.calendar(span.calendar).add(since, span.after) if span.calendar else since + span.after
            except CalendarHorizonExceeded:
                continue  # nobody knows yet when that is
            yield Trigger(at=at, event=Event(type="elapsed", fields=span.fields), since=since)


def _begun(ticket: Ticket, spoken_of: Mapping[str, object]) -> dict[str, datetime]:
    """When each of these last happened; of statuses only the present one, of what has ended nothing else."""
    received, starts, status = ticket.received_at, ticket.starts, ticket.status
    begun = {status.value: starts.get(status, received)} if status in spoken_of else {}
    if ticket.open and (events := spoken_of.keys() - STATUSES):
        known = {**starts, "received": received, "received_at": received}
        begun |= {event: known[event] for event in events if event in known}
    return begun


def window_opened(policy: CompiledPolicy, ticket: Ticket, at: datetime) -> Result:
    """The work that waited for it may be done, and its clocks hear that the ticket is open."""
    decision = ticket.decision.changed(work_gate=WorkGate.OPEN, effects=())
    clocks = with_status(policy, ticket.clocks, TicketStatus.OPEN, at)
    after = ticket.changed(status=TicketStatus.OPEN, decision=decision, clocks=clocks)
    return decision, happened(policy, ticket, after, None, at)


def price_expired(policy: CompiledPolicy, ticket: Ticket, desk: Desk, at: datetime) -> Result:
    """Nobody agreed while the price stood: work that waits for that waits for a new price."""
    lapsed = ticket.changed(money=ticket.money.model_copy(update={"lapsed": True}))
    d = redeliberate(policy, lapsed, desk, at, PRICE_EXPIRED)
    reclassify(d)
    decision, after = carry_on(lapsed, d, at)
    return decision, happened(policy, ticket, after, None, at)


def noticed(policy: CompiledPolicy, ticket: Ticket, event: Event, desk: Desk, at: datetime) -> Result:
    """Let the rules about the event decide what follows for the ticket, and carry it out."""
    d = redeliberate(policy, ticket, desk, at, event.type)
    before = ticket.decision
    d.values.update(transition=None, event=event.type, priority=before.priority, coverage=before.coverage)
    d.values.update({name: value for name, value in _fields(event).items() if value is not None})
    d.run("event")
    refunds, money = _refunds(d, ticket)
    d.effects = [e for e in d.effects if e.type != "refund"] + refunds
    decision = before.changed(effects=(), targets=ticket.targets)
    after = ticket.changed(money=money)
    for move in d.moves:
        decision, after = apply(policy, after, _moved(move), desk, at)
    return decision.adding(d.citations, d.assumptions, tuple(d.effects)), after


def _fields(event: Event) -> Mapping[str, Any]:
    after = event.fields.get("after")
    return {**event.fields, "after": duration(after)} if isinstance(after, str) else event.fields


def _moved(move: Move) -> Transition:
    payload = {"to_level": move.to_level, "department": move.department}
    return Transition(verb=move.verb, by=_SYSTEM, payload={k: v for k, v in payload.items() if v is not None})


def _refunds(d: Deliberation, ticket: Ticket) -> tuple[list[EffectDone], Money]:
    """Shares of what has been paid, as amounts; what is given back is no longer paid."""
    fee = ticket.decision.fee
    currency = fee.currency if fee is not None else d.policy.document.currency
    shares = [Decimal(str((e.model_extra or {}).get("share", "1"))) for e in d.effects if e.type == "refund"]
    paid, refunds = ticket.money.paid, list[EffectDone]()
    for share in shares:
        amount = min(paid, rounded(ticket.money.paid * share, currency))
        if amount > 0:
            refunds.append(EffectDone(type="refund", amount=amount, currency=currency, share=str(share)))
            paid -= amount
    return refunds, ticket.money.model_copy(update={"paid": paid})
