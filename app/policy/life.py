"""The life of a ticket: opening it, adding to it, and deciding it again when something has changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.base.vocabulary import ClockState, Outcome, TicketStatus, WorkGate
from app.policy import admission, charging, classification, promises
from app.policy.calendars import CalendarHorizonExceeded
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer, decide
from app.policy.decision import Decision, TargetTime
from app.policy.deliberation import Deliberation
from app.policy.model import Model
from app.policy.situation import Account, Request, Situation
from app.policy.ticket import ClockLine, Ticket, status_after


class Desk(Model):
    """What is known around a ticket: its account, the accounts listing the sender, and what else is open."""

    account: Account | None = None
    account_named: bool = False
    candidates: tuple[Account, ...] = ()
    open_tickets: tuple[Ticket, ...] = ()
    incidents: tuple[str, ...] = ()


class Opened(Model):
    """A request's answer with its ticket, and the ticket it was merged into as that one stands now."""

    decision: Decision
    ticket: Ticket
    survivor: Ticket | None = None


def open_ticket(policy: CompiledPolicy, request: Request, desk: Desk, at: datetime, *, id_: str) -> Opened:
    """A request arrives; it is decided and recorded, whatever the outcome."""
    situation = Situation(
        account=desk.account,
        account_named=desk.account_named,
        candidates=desk.candidates,
        open_tickets=tuple(t.as_open() for t in desk.open_tickets if t.open),
        incidents=desk.incidents,
        ticket=True,
        topic_candidates=(),
    )
    decision = decide(policy, request, situation, at)
    account = _account_of(desk, request, decision)
    ticket = Ticket(
        id=id_,
        account=account.number if account else None,
        received_at=at,
        request=request,
        facts=_canonical(policy, request.facts),
        decision=decision,
        status=status_after(decision),
        department=decision.department,
        level=decision.level,
        clocks=tuple(ClockLine(target=t) for t in decision.targets),
        incident=account.server if account and account.server in desk.incidents else None,
        oldest_unanswered_at=at,
        closed_at=at if decision.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED) else None,
    )
    if decision.outcome is not Outcome.MERGED:
        return Opened(decision=decision, ticket=ticket)
    return _merged(policy, request, desk, decision, ticket, at)


def _account_of(desk: Desk, request: Request, decision: Decision) -> Account | None:
    if request.on_behalf_of is not None and decision.standing == "reseller":
        return request.on_behalf_of
    if desk.account is not None or len(desk.candidates) == 1:
        return desk.account or desk.candidates[0]
    username = str(request.facts.get("account_username", "")).casefold()
    return next((a for a in desk.candidates if a.number.casefold() == username), None)


def _merged(
    policy: CompiledPolicy, request: Request, desk: Desk, decision: Decision, ticket: Ticket, at: datetime
) -> Opened:
    """The first ticket takes the message over; a held one is decided again on the union of facts."""
    twins = [t for t in desk.open_tickets if t.open and _is_twin(policy, request, desk, t, at)]
    survivor = twins[0]
    if survivor.held:
        facts = {**survivor.facts, **{k: v for k, v in ticket.facts.items() if v is not None}}
        _, survivor = decide_again_from_the_start(policy, survivor.changed(facts=facts), desk, at)
    decision = decision.model_copy(update={"targets": survivor.targets, "work_gate": survivor.decision.work_gate})
    closed = ticket.changed(
        decision=decision, status=TicketStatus.CLOSED, merged_into=survivor.id, clocks=(), closed_at=at
    )
    return Opened(decision=decision, ticket=closed, survivor=survivor)


def _is_twin(policy: CompiledPolicy, request: Request, desk: Desk, ticket: Ticket, at: datetime) -> bool:
    alone = Situation(account=desk.account, candidates=desk.candidates, open_tickets=(ticket.as_open(),), ticket=True)
    return decide(policy, request, alone, at).outcome is Outcome.MERGED


def _canonical(policy: CompiledPolicy, facts: Mapping[str, Any]) -> dict[str, Any]:
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
        incidents=desk.incidents,
        received_at=ticket.received_at,
        completed_at=at,
        ticket=True,
        confirmed_in_client_area=confirmed,
        money=ticket.money,
    )
    request = ticket.request.model_copy(update={"facts": dict(ticket.facts)})
    decision = decide(policy, request, situation, at)
    account = _account_of(desk, request, decision)
    again = ticket.changed(
        decision=decision,
        status=status_after(decision),
        department=decision.department,
        level=decision.level,
        clocks=tuple(ClockLine(target=t) for t in decision.targets),
        completed_at=at if decision.outcome is Outcome.ACCEPTED else None,
        account=account.number if account else ticket.account,
    )
    return decision, again


def redeliberate(policy: CompiledPolicy, ticket: Ticket, desk: Desk, at: datetime, verb: str) -> Deliberation:
    """The values of a ticket as they stand, ready for the rules about a transition."""
    request = ticket.request.model_copy(update={"facts": dict(ticket.facts)})
    situation = Situation(
        account=desk.account,
        account_named=True,
        candidates=desk.candidates,
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
        priority=ticket.priority_set,
        coverage=ticket.coverage_set,
        previous=ticket.decision,
    )
    d = Deliberation(policy, request, situation, at)
    admission.topic(d)
    admission.settle_account(d)
    d.values.update({f"triage.{name}": value for name, value in ticket.triage.items()})
    d.values["status"] = ticket.status.value
    d.values["reason"] = ticket.decision.reason
    d.values["outcome"] = ticket.decision.outcome.value
    d.language = ticket.decision.language
    d.standing = ticket.decision.standing
    return d


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
    """Take a new decision over: clocks go on, are added, or end; none falls due later by reclassification."""
    clocks = _clocks_after(ticket, d.targets, at) if d.outcome is Outcome.ACCEPTED else ticket.clocks
    d.targets = []
    decided = answer(d)
    decision = decided.model_copy(update={"targets": tuple(_shown(clocks))})
    after = ticket.changed(
        decision=decision,
        status=status_after(decision) if ticket.open or decision.outcome is not Outcome.ACCEPTED else ticket.status,
        department=d.values.get("department"),
        level=d.values.get("level"),
        clocks=clocks,
    )
    return decision, after


def _shown(clocks: Sequence[ClockLine]) -> list[TargetTime]:
    return [
        line.target.model_copy(update={"status": line.state})
        for line in clocks
        if line.state is not ClockState.CANCELLED
    ]


def _clocks_after(ticket: Ticket, targets: Sequence[TargetTime], at: datetime) -> tuple[ClockLine, ...]:
    kept: list[ClockLine] = []
    wanted = {t.metric: t for t in targets}
    for line in ticket.clocks:
        renewed = wanted.get(line.metric)
        if line.state is not ClockState.RUNNING and line.state is not ClockState.PAUSED:
            kept.append(line)
            if renewed is not None and renewed.clock_start == line.target.clock_start:
                wanted.pop(line.metric)
        elif renewed is None or (renewed.clock_start is not None and _is_next_cycle(line, renewed, at)):
            kept.append(line.model_copy(update={"state": ClockState.CANCELLED, "stopped_at": at}))
        else:
            wanted.pop(line.metric)
            kept.append(line.model_copy(update={"target": _never_later(line.target, renewed, at)}))
    for metric, target in wanted.items():
        cycle = 1 + sum(line.metric == metric for line in kept)
        kept.append(ClockLine(cycle=cycle, target=_from_now(target, ticket, at)))
    return tuple(kept)


def _is_next_cycle(line: ClockLine, renewed: TargetTime, at: datetime) -> bool:
    """A metric that starts anew with each event of its kind, as an escalation does."""
    old = line.target.clock_start
    return (
        line.metric == "level_response"
        and old is not None
        and renewed.clock_start != old
        and (renewed.clock_start is not None and renewed.clock_start >= at)
    )


def _never_later(old: TargetTime, new: TargetTime, at: datetime) -> TargetTime:
    """due = min(old due, reclassified_at + new target); unchanged where the target is the same one."""
    if new.due_at == old.due_at or old.due_at is None or new.due_at is None or new.clock_start is None:
        return new if new.due_at == old.due_at else old if new.due_at is None else new
    shifted = max(new.due_at, new.due_at + (at - new.clock_start)) if new.due_at < old.due_at else old.due_at
    return new.model_copy(update={"due_at": min(old.due_at, shifted), "clock_start": old.clock_start})


def _from_now(target: TargetTime, ticket: Ticket, at: datetime) -> TargetTime:
    """A clock that the ticket did not have starts with the change that brought it, not at the receipt."""
    if target.clock_start is None or target.due_at is None or target.clock_start >= at:
        return target
    if target.metric != "resolve" or any(line.metric == target.metric for line in ticket.clocks):
        return target
    shift = at - target.clock_start
    earliest = target.earliest_at + shift if target.earliest_at is not None else None
    return target.model_copy(update={"clock_start": at, "due_at": target.due_at + shift, "earliest_at": earliest})


def stop_clocks(clocks: Sequence[ClockLine], metrics: frozenset[str] | None, at: datetime) -> tuple[ClockLine, ...]:
    """Meet these clocks (or all): met up to the due time, breached after it."""
    return tuple(
        line.model_copy(update={"state": _verdict(line, at), "stopped_at": at})
        if line.state in (ClockState.RUNNING, ClockState.PAUSED) and (metrics is None or line.metric in metrics)
        else line
        for line in clocks
    )


def _verdict(line: ClockLine, at: datetime) -> ClockState:
    due = line.target.due_at
    return ClockState.BREACHED if due is not None and at > due else ClockState.MET


# ── messages ─────────────────────────────────────────────────────────────────
class Replied(Model):
    decision: Decision
    ticket: Ticket
    appended: bool


def reply(policy: CompiledPolicy, ticket: Ticket, request: Request, desk: Desk, at: datetime) -> Replied:
    """Somebody writes to a ticket. Staff answer; a listed person adds; anybody else changes nothing."""
    sender = request.sender
    d = redeliberate(policy, ticket, desk, at, "reply")
    if sender is not None and sender.role == "staff":
        return _staff_reply(ticket, d, at)
    d.request = request.model_copy(update={"topic_source": ticket.request.topic_source})
    d.values.update(_canonical(policy, request.facts))
    admission.sender(d)
    d.values["status"] = ticket.status.value
    if d.ended:
        return Replied(decision=answer(d), ticket=ticket, appended=False)
    d.run("transition")
    facts = {**ticket.facts, **{k: v for k, v in _canonical(policy, request.facts).items() if v is not None}}
    added = ticket.changed(
        facts=facts,
        oldest_unanswered_at=ticket.oldest_unanswered_at or at,
        starts=_after_customer(ticket, at),
    )
    said = (d.citations, d.assumptions, tuple(d.effects))
    if ticket.held:
        decision, added = decide_again_from_the_start(policy, added, desk, at)
    else:
        if ticket.status is TicketStatus.RESOLVED:
            added = added.changed(status=TicketStatus.OPEN, resolved_at=None)
        again = redeliberate(policy, added, desk, at, "reply")
        reclassify(again)
        decision, added = carry_on(added, again, at)
    return Replied(decision=_with(decision, said), ticket=added.changed(decision=decision), appended=True)


def _after_customer(ticket: Ticket, at: datetime) -> dict[str, datetime]:
    """The reply clock runs from the oldest customer message since the desk last answered."""
    if ticket.first_response_at is None or ticket.oldest_unanswered_at is not None:
        return dict(ticket.starts)
    return {**ticket.starts, "customer_reply": at}


def _staff_reply(ticket: Ticket, d: Deliberation, at: datetime) -> Replied:
    clocks = stop_clocks(ticket.clocks, frozenset({"first_response", "next_reply", "level_response"}), at)
    answered = ticket.changed(
        clocks=clocks,
        first_response_at=ticket.first_response_at or at,
        oldest_unanswered_at=None,
        starts={k: v for k, v in ticket.starts.items() if k != "customer_reply"},
    )
    d.run("transition")
    decision = _with(ticket.decision, (d.citations, d.assumptions, tuple(d.effects)))
    return Replied(decision=decision, ticket=answered, appended=True)


def _with(decision: Decision, said: tuple[Any, Any, Any]) -> Decision:
    """The decision with what the rules about the step itself have added."""
    citations, assumptions, effects = said
    known = {a.id for a in decision.assumptions}
    return decision.model_copy(
        update={
            "citations": (*citations, *(c for c in decision.citations if c not in citations)),
            "assumptions": (*decision.assumptions, *(a for a in assumptions if a.id not in known)),
            "effects": (*effects, *decision.effects),
        }
    )
