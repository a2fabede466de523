"""Verbs that end a ticket or take it up again."""

from datetime import datetime
from decimal import Decimal

from app.base.money import rounded
from app.base.vocabulary import Outcome, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.situation import Money
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine, cancelled, stopped, taken_up_again, with_status
from app.policy.verbs.step import Result, Step, again, refused, same


def resolve(step: Step) -> Result:
    clocks = stopped(step.policy, step.ticket.clocks, None, step.at)
    solved = step.ticket.changed(clocks=clocks, status=TicketStatus.RESOLVED, resolved_at=step.at)
    return same(step, solved.answered(step.at))


def reopen(step: Step) -> Result:
    """Taken up again as it was; what was declined is asked once more."""
    clocks = taken_up_again(step.policy, step.ticket.clocks, step.at)
    money = step.ticket.money.model_copy(update={"declined": False})
    opened = {"clocks": clocks, "money": money, "status": TicketStatus.OPEN, "resolved_at": None, "closed_at": None}
    return again(step, step.ticket.changed(**opened))


def close(step: Step) -> Result:
    return same(step, ended(step))


def ended(step: Step) -> Ticket:
    """Closed for good: every clock has its verdict, and what was paid for nothing goes back."""
    clocks = stopped(step.policy, step.ticket.clocks, None, step.at)
    money = _given_back(step)
    closed = step.ticket.changed(clocks=clocks, status=TicketStatus.CLOSED, closed_at=step.at, money=money)
    return closed.answered(step.at)


def _given_back(step: Step) -> Money:
    """What was paid in advance for work that solved nothing goes back, where the tariff says so."""
    money, tariff = step.ticket.money, step.tariff
    solved = money.settled or step.ticket.status is TicketStatus.RESOLVED
    if solved or money.paid <= 0 or tariff is None or tariff.payment.timing != "prepay" or tariff.unsolved == "keep":
        return money
    unit = step.policy.document.currency
    step.d.stage = "fee"
    step.d.cite(tariff, "unsolved")
    step.d.emit("refund", amount=rounded(money.paid, unit), currency=unit)
    return money.model_copy(update={"paid": Decimal(0)})


def merge(step: Step) -> Result:
    """This ticket ends in another one, which keeps the earliest start of both."""
    if step.survivor is None:
        return refused(step, "not_available")
    decision = step.ticket.decision.changed(outcome=Outcome.MERGED, targets=step.survivor.targets, effects=())
    merged = step.ticket.changed(
        clocks=cancelled(step.policy, step.ticket.clocks, step.at),
        decision=decision,
        status=TicketStatus.CLOSED,
        merged_into=step.survivor.id,
        closed_at=step.at,
    )
    return decision, merged


def surviving(policy: CompiledPolicy, survivor: Ticket, merged: Ticket, at: datetime) -> Ticket:
    """The ticket another one was merged into: per metric the clock that is due first stands."""
    mine = {line.metric: line for line in survivor.clocks if line.going}
    theirs = {line.metric: line for line in merged.clocks}
    clocks = tuple(
        _taken_over(policy, theirs[line.metric], line, survivor, at)
        if mine.get(line.metric) is line and _earlier(theirs.get(line.metric), line)
        else line
        for line in survivor.clocks
    )
    return survivor.changed(clocks=clocks, received_at=min(survivor.received_at, merged.received_at))


def _taken_over(
    policy: CompiledPolicy, theirs: ClockLine, mine: ClockLine, survivor: Ticket, at: datetime
) -> ClockLine:
    """It goes on in the place of the survivor's own, and stands still with that ticket."""
    numbered = theirs.changed(terms=theirs.terms.changed(cycle=mine.terms.cycle))
    (heard,) = with_status(policy, (numbered,), survivor.status, at)
    return heard


def _earlier(other: ClockLine | None, line: ClockLine) -> bool:
    if other is None or other.target.due_at is None or not other.going:
        return False
    return line.target.due_at is None or other.target.due_at < line.target.due_at
