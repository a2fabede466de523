"""Messages on a ticket: customers add to it, staff answer, and each message is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.base.vocabulary import TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Decision
from app.policy.language.standard import ANSWERS, CLAIMED
from app.policy.life import Desk, canonical, carry_on, decide_again_from_the_start, reclassify, redeliberate
from app.policy.situation import Request
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.marking import marked, taken_back
from app.policy.tickets.happenings import CUSTOMER_WROTE, REPLIED, happened
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import stopped, taken_up_again, with_status
from app.policy.time.calendars import CalendarHorizonExceeded


@dataclass(frozen=True, slots=True)
class Replied:
    decision: Decision
    ticket: Ticket
    """With its clocks as they stand."""
    appended: bool


def reply(policy: CompiledPolicy, ticket: Ticket, request: Request, desk: Desk, at: datetime) -> Replied:
    """Somebody writes to a ticket. Staff answer; a listed person adds; anybody else changes nothing."""
    sender = request.sender
    d = redeliberate(policy, ticket, desk, at, "reply")
    if sender is not None and sender.role == "staff":
        return _staff_reply(ticket, d, at, asks=request.facts.get("awaits_customer") is True)
    unsaid = marked(d)
    source = request.topic_source if "topic" in request.facts else ticket.request.topic_source
    stated = canonical(policy, request.facts)
    d.request = _sourced(request, source)
    d.values.update(stated)
    admission.sender(d)
    d.values["status"] = ticket.status.value
    if d.ended:
        return Replied(decision=answer(d), ticket=ticket, appended=False)
    d.run("transition")
    hollow = admission.word_of_others(policy, ticket.request.action, stated, d.standing, sender)
    stated = {CLAIMED + name if name in hollow else name: value for name, value in stated.items()}
    added = ticket.changed(
        facts=_learned(ticket.facts, {**stated, **d.remembered}),
        request=_sourced(ticket.request, source),
        oldest_unanswered_at=ticket.oldest_unanswered_at or at,
        starts=_after_customer(ticket, at),
    )
    said = (d.citations, d.assumptions, tuple(d.effects))
    if ticket.held:
        decision, added = decide_again_from_the_start(policy, added, desk, at)
    else:
        if ticket.status is TicketStatus.RESOLVED:
            added = added.changed(
                status=TicketStatus.OPEN, resolved_at=None, clocks=taken_up_again(policy, added.clocks, at)
            )
        if d.moved or not _says_nothing_new(ticket, added):
            d = redeliberate(policy, added, desk, at, "reply")
        else:
            taken_back(d, unsaid)
        reclassify(d)
        decision, added = carry_on(added, d, at)
    added = happened(policy, ticket, added, CUSTOMER_WROTE, at)
    now = added.read_again(policy, at)
    decision = decision.adding(*said, breach=now.breach(at), targets=now.targets)
    return _replied(ticket, now, decision)


def _replied(before: Ticket, after: Ticket, decision: Decision) -> Replied:
    """With the decision from before where the new one says nothing else."""
    if decision.same_as(before.decision):
        decision = before.decision
    return Replied(decision=decision, ticket=after.changed(decision=decision), appended=True)


def _learned(known: Mapping[str, Any], stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts with what is stated; the very same where that is known already."""
    new = {name: value for name, value in stated.items() if value is not None and not _is(known.get(name), value)}
    return {**known, **new} if new else known


def _is(known: Any, value: Any) -> bool:
    """A count of one is no yes."""
    return type(known) is type(value) and bool(known == value)


def _sourced(request: Request, source: Literal["given", "staff", "triage"]) -> Request:
    return request if source == request.topic_source else request.model_copy(update={"topic_source": source})


def _says_nothing_new(before: Ticket, after: Ticket) -> bool:
    """Whether all that a deliberation reads of the ticket is as before the message."""
    same = before.status is after.status and before.request is after.request
    return same and before.facts is after.facts and before.starts is after.starts


def _after_customer(ticket: Ticket, at: datetime) -> Mapping[str, datetime]:
    """The reply clock runs from the oldest customer message since the desk last answered."""
    if ticket.first_response_at is None or ticket.oldest_unanswered_at is not None:
        return ticket.starts
    return {**ticket.starts, "customer_reply": at}


def _staff_reply(ticket: Ticket, d: Deliberation, at: datetime, *, asks: bool) -> Replied:
    """An answer of a person; one that asks something back leaves the ticket with the customer."""
    try:
        clocks = stopped(d.policy, ticket.clocks, ANSWERS, at)
    except CalendarHorizonExceeded as beyond:
        clocks = ticket.clocks
        d.emit("warn", of="calendar_horizon_exceeded", calendar=beyond.calendar)
    answered = ticket.changed(clocks=clocks).answered(at)
    if asks and ticket.status is TicketStatus.OPEN:
        waiting = TicketStatus.WAITING_CUSTOMER
        answered = answered.changed(status=waiting, clocks=with_status(d.policy, answered.clocks, waiting, at))
    answered = happened(d.policy, ticket, answered, REPLIED, at)
    d.run("transition")
    now = answered.read_again(d.policy, at)
    seen = {"effects": (), "targets": answered.targets, "breach": now.breach(at)}
    decision = ticket.decision.changed(**seen).adding(d.citations, d.assumptions, tuple(d.effects))
    return _replied(ticket, now, decision)
