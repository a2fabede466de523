"""The life of a ticket: opening it, and deciding it again when something has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer, decide, deliberate
from app.policy.decision import Decision, EffectDone, Signal, TopicCandidate
from app.policy.situation import Account, Money, OpenTicket, Request, Situation
from app.policy.stages import admission, charging, classification, promises
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets.happenings import happened, known_from_the_start
from app.policy.tickets.ticket import Ticket, status_after
from app.policy.tickets.ticket_clocks import (
    ClockLine,
    carried_on,
    in_force,
    started,
    with_status,
)
from app.policy.time.calendars import CalendarHorizonExceeded

_OF_CUSTOMERS = frozenset({"reply", "describe", "consent", "decline", "pay", "reopen"})


@dataclass(slots=True)
class Desk:
    """What is known around a ticket: its account, the accounts listing the sender, and what else is open.

    Nobody changes one.
    """

    account: Account | None = None
    account_named: bool = False
    candidates: tuple[Account, ...] = ()
    reseller: Account | None = None
    """The account of the reseller whose customer `account` is."""
    open_tickets: tuple[OpenTicket, ...] = ()
    incidents: tuple[str, ...] = ()
    topic_candidates: tuple[TopicCandidate, ...] = ()
    """What triage makes of the text."""
    signals: tuple[Signal, ...] = ()
    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Open tickets whose words say the same, with those words."""

    def hearing(self, candidates: tuple[TopicCandidate, ...], signals: tuple[Signal, ...]) -> "Desk":
        """With what triage makes of another text."""
        if candidates == self.topic_candidates and signals == self.signals:
            return self
        return replace(self, topic_candidates=candidates, signals=signals)


@dataclass(slots=True)
class Opened:
    """A request's answer with its ticket. Nobody changes one."""

    decision: Decision
    ticket: Ticket
    joins: str | None = None
    """The open ticket that takes the request over; `joined` says how, once that one is read whole."""
    survivor: Ticket | None = None
    """That ticket as it stands now."""


def open_ticket(policy: CompiledPolicy, request: Request, desk: Desk, at: datetime, *, id_: str) -> Opened:
    """A request arrives; it is decided and recorded, whatever the outcome."""
    decision, status, clocks, account = _begun(policy, request, _arriving(desk), desk, at)
    ticket = Ticket(
        id=id_,
        account=account.number if account else None,
        received_at=at,
        request=request,
        facts=canonical(policy, request.facts),
        decision=decision,
        status=status,
        department=decision.department,
        level=decision.level,
        clocks=clocks,
        starts=known_from_the_start(policy, request.facts, at),
        incident=account.server if account and account.server in desk.incidents else None,
        oldest_unanswered_at=at,
        closed_at=at if decision.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED) else None,
    )
    joins = _noted_in(decision) or _twin(policy, request, desk, decision, at)
    return Opened(decision=decision, ticket=ticket, joins=joins)


def classify(policy: CompiledPolicy, request: Request, desk: Desk, at: datetime) -> tuple[Decision, str | None]:
    """What would be said to a request, and the open ticket about the same, whose times would be its own."""
    decision = decide(policy, request, _arriving(desk, dry_run=True), at)
    return decision, _twin(policy, request, desk, decision, at)


def joined(policy: CompiledPolicy, desk: Desk, opened: Opened, first: Ticket, at: datetime) -> Opened:
    """`first`, the ticket that `opened` joins, takes the message over."""
    if _noted_in(opened.decision) is not None:
        survivor = first.changed(oldest_unanswered_at=first.oldest_unanswered_at or at)
        return _closed(opened, opened.decision.changed(targets=survivor.targets), survivor, at)
    decision, survivor = opened.decision, first
    if first.held:  # it is decided again on the union of facts
        facts = {**first.facts, **{k: v for k, v in opened.ticket.facts.items() if v is not None}}
        survivor = told_more(policy, first, first.changed(facts=facts), desk, at)
        said = (decision.citations, decision.assumptions, decision.effects)
        renewed = survivor.decision.adding(*said)
        decision = decision.changed(citations=renewed.citations, assumptions=renewed.assumptions)
    shared = {"targets": survivor.targets, "work_gate": survivor.decision.work_gate}
    return _closed(opened, decision.changed(**shared), survivor, at)


def _closed(opened: Opened, decision: Decision, survivor: Ticket, at: datetime) -> Opened:
    ticket = opened.ticket.changed(
        decision=decision, status=TicketStatus.CLOSED, merged_into=survivor.id, clocks=(), closed_at=at
    )
    return Opened(decision=decision, ticket=ticket, joins=opened.joins, survivor=survivor)


def _arriving(desk: Desk, *, dry_run: bool = False) -> Situation:
    return Situation(
        account=desk.account,
        account_named=desk.account_named,
        candidates=desk.candidates,
        reseller=desk.reseller,
        open_tickets=desk.open_tickets,
        incidents=desk.incidents,
        dry_run=dry_run,
        ticket=True,
        topic_candidates=desk.topic_candidates,
        signals=desk.signals,
        alike=desk.alike,
    )


def _begun(
    policy: CompiledPolicy, request: Request, situation: Situation, desk: Desk, at: datetime
) -> tuple[Decision, TicketStatus, tuple[ClockLine, ...], Account | None]:
    """What is decided from the start; the status and the clocks that this gives a ticket, and whose it is."""
    d = deliberate(policy, request, situation, at)
    decision = answer(d, ())  # the ticket's own clocks show its times
    status = status_after(decision, timed=bool(d.clocks))
    clocks = tuple([started(policy, terms, status, at, plan) for terms, plan in d.clocks])
    if clocks:
        decision = decision.changed(targets=in_force(clocks))
    return decision, status, clocks, d.account or desk.account


def _noted_in(decision: Decision) -> str | None:
    """The open ticket that goes on as it was, with the message as a note."""
    appended = next((e.model_extra or {} for e in decision.effects if e.type == "append"), None)
    return str(appended.get("to")) if appended is not None else None


def _twin(policy: CompiledPolicy, request: Request, desk: Desk, decision: Decision, at: datetime) -> str | None:
    """The first of the open tickets that the request, were there no other, would be merged into."""
    if decision.outcome is not Outcome.MERGED:
        return None
    alone = Situation(account=desk.account, candidates=desk.candidates, ticket=True)
    merging = (
        t.id
        for t in desk.open_tickets
        if decide(policy, request, replace(alone, open_tickets=(t,)), at).outcome is Outcome.MERGED
    )
    return next(merging)


def canonical(policy: CompiledPolicy, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts under the names that the policy itself uses."""
    return {policy.aliases.get(name, name): value for name, value in facts.items()}


# ── deciding again ───────────────────────────────────────────────────────────
def decide_again_from_the_start(
    policy: CompiledPolicy, ticket: Ticket, desk: Desk, at: datetime, *, confirmed: bool = False
) -> tuple[Decision, Ticket]:
    """A held ticket has been added to: the whole decision anew; if complete, its clocks start now."""
    situation = Situation(
        account=desk.account,
        account_named=desk.account_named,
        candidates=desk.candidates,
        reseller=desk.reseller,
        incidents=desk.incidents,
        received_at=ticket.received_at,
        completed_at=at,
        ticket=True,
        confirmed_in_client_area=confirmed,
        money=ticket.money,
        topic_candidates=desk.topic_candidates or ticket.decision.topic_candidates,
        signals=_added(ticket.decision.signals, desk.signals),
    )
    request = ticket.request.model_copy(update={"facts": dict(ticket.facts)})
    decision, status, clocks, account = _begun(policy, request, situation, desk, at)
    again = ticket.changed(
        decision=decision,
        status=status,
        department=decision.department,
        level=decision.level,
        clocks=clocks,
        completed_at=at if decision.outcome is Outcome.ACCEPTED else None,
        account=account.number if account else ticket.account,
    )
    return decision, again


def told_more(policy: CompiledPolicy, before: Ticket, ticket: Ticket, desk: Desk, at: datetime) -> Ticket:
    """More is known about it than before: decided again with that, a held one from the start."""
    if ticket.held:
        _, after = decide_again_from_the_start(policy, ticket, desk, at)
    else:
        d = redeliberate(policy, ticket, desk, at, "describe")
        reclassify(d)
        _, after = carry_on(ticket, d, at)
    return happened(policy, before, after, None, at)


def redeliberate(policy: CompiledPolicy, ticket: Ticket, desk: Desk, at: datetime, verb: str) -> Deliberation:
    """The values of a ticket as they stand, ready for the rules about a transition."""
    request = ticket.request
    if request.facts is not ticket.facts:
        request = request.model_copy(update={"facts": ticket.facts})
    situation = Situation(
        account=desk.account,
        account_named=True,
        candidates=desk.candidates,
        reseller=desk.reseller,
        incidents=desk.incidents,
        received_at=ticket.received_at,
        completed_at=ticket.completed_at,
        clock_starts=ticket.starts,
        transition=verb,
        ticket=True,
        department=ticket.department,
        level=ticket.level,
        money=ticket.money,
        scheduled=ticket.scheduled,
        window=ticket.window,
        priority=ticket.priority_set,
        coverage=ticket.coverage_set,
        previous=ticket.decision,
        topic_candidates=desk.topic_candidates or ticket.decision.topic_candidates,
        signals=_added(ticket.decision.signals, desk.signals),
    )
    d = Deliberation(policy, request, situation, at)
    admission.topic(d)
    admission.settle_account(d)
    values, decision, money = d.values, ticket.decision, ticket.money
    if ticket.triage:
        values.update({f"triage.{name}": value for name, value in ticket.triage.items()})
    values["status"], values["resolved"], values["closed"] = ticket.status.value, ticket.resolved_at, ticket.closed_at
    values["paid"], values["consented"], values["time_used"] = money.paid, money.consented, money.minutes_used
    values["reason"], values["outcome"] = decision.reason, decision.outcome.value
    d.standing = decision.standing
    d.speak(decision.language)
    return d


def _added(before: tuple[Signal, ...], now: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """What was heard first stays known; of the same matter the latest word counts."""
    if not now:
        return before
    return tuple({signal.name: signal for signal in (*before, *now)}.values())


def reclassify(d: Deliberation) -> None:
    """The stages that a change on an admitted ticket passes through again."""
    try:
        classification.classify(d)
        classification.priority(d)
        classification.coverage(d)
        charging.fee(d)
        charging.schedule(d)
        if not d.ended:
            promises.target(d)
            promises.language_in_time(d)
        d.run("effects")
    except CalendarHorizonExceeded as beyond:
        d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
        d.emit("warn", of="calendar_horizon_exceeded", calendar=beyond.calendar)


def carry_on(ticket: Ticket, d: Deliberation, at: datetime) -> tuple[Decision, Ticket]:
    """Take a new decision over: clocks go on, begin, or end; none falls due later by reclassification."""
    decision = answer(d, ())
    accepted = decision.outcome is Outcome.ACCEPTED
    status = status_after(decision) if ticket.open or not accepted else ticket.status
    if status is TicketStatus.OPEN and ticket.status is TicketStatus.WAITING_CUSTOMER and not _heard(d):
        status = ticket.status
    clocks = ticket.clocks
    try:
        if accepted:
            clocks = carried_on(d.policy, clocks, d.clocks, status, at)
        if status is not ticket.status:
            clocks = with_status(d.policy, clocks, status, at)
    except CalendarHorizonExceeded as beyond:
        warned = EffectDone(type="warn", of="calendar_horizon_exceeded", calendar=beyond.calendar)
        decision = decision.changed(effects=(*decision.effects, warned), work_gate=WorkGate.AWAITING_STAFF_DECISION)
    decision.targets = in_force(clocks)  # nobody else has it yet
    after = ticket.changed(
        decision=decision,
        status=status,
        department=d.values.get("department"),
        level=d.values.get("level"),
        clocks=clocks,
        money=_after_refunds(ticket.money, decision),
    )
    return decision, after


def _heard(d: Deliberation) -> bool:
    """Whether the customer has spoken: what staff do meanwhile answers no question that the customer was asked."""
    return d.situation.transition in _OF_CUSTOMERS


def _after_refunds(money: Money, decision: Decision) -> Money:
    """What is given back is no longer paid."""
    if not decision.effects:
        return money
    amounts = [(e.model_extra or {}).get("amount") for e in decision.effects if e.type == "refund"]
    back = sum((a for a in amounts if isinstance(a, Decimal)), Decimal(0))
    return money.model_copy(update={"paid": max(money.paid - back, Decimal(0))}) if back else money
