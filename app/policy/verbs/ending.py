"""Verbs that end a ticket or take it up again."""

from datetime import datetime

from app.base.vocabulary import ClockState, Outcome, TicketStatus
from app.policy.life import stop_clocks
from app.policy.ticket import ClockLine, Ticket
from app.policy.verbs.step import Result, Step, again, refused, same


def resolve(step: Step) -> Result:
    clocks = stop_clocks(step.ticket.clocks, None, step.at)
    done = step.ticket.changed(clocks=clocks, status=TicketStatus.RESOLVED, resolved_at=step.at)
    return same(step, done)


def reopen(step: Step) -> Result:
    opened = step.ticket.changed(status=TicketStatus.OPEN, resolved_at=None, closed_at=None)
    clocks = tuple(
        line.model_copy(update={"state": ClockState.RUNNING, "stopped_at": None})
        if line.metric == "resolve" and line.state is ClockState.MET
        else line
        for line in step.ticket.clocks
    )
    return again(step, opened.changed(clocks=clocks))


def close(step: Step) -> Result:
    clocks = stop_clocks(step.ticket.clocks, None, step.at)
    return same(step, step.ticket.changed(clocks=clocks, status=TicketStatus.CLOSED, closed_at=step.at))


def merge(step: Step) -> Result:
    """This ticket ends in another one, which keeps the earliest start of both."""
    if step.survivor is None:
        return refused(step, "not_available")
    cancelled = tuple(
        line.model_copy(update={"state": ClockState.CANCELLED, "stopped_at": step.at})
        if line.state is ClockState.RUNNING
        else line
        for line in step.ticket.clocks
    )
    decision = step.ticket.decision.model_copy(
        update={"outcome": Outcome.MERGED, "targets": step.survivor.targets, "effects": ()}
    )
    merged = step.ticket.changed(
        clocks=cancelled,
        decision=decision,
        status=TicketStatus.CLOSED,
        merged_into=step.survivor.id,
        closed_at=step.at,
    )
    return decision, merged


def surviving(survivor: Ticket, merged: Ticket) -> Ticket:
    """The ticket another one was merged into: per metric the earlier of both due times stands."""
    earlier = {line.metric: line for line in merged.clocks if line.target.due_at is not None}
    clocks = tuple(
        line.model_copy(update={"target": earlier[line.metric].target})
        if line.metric in earlier and line.target.due_at and _due(earlier[line.metric]) < line.target.due_at
        else line
        for line in survivor.clocks
    )
    return survivor.changed(clocks=clocks, received_at=min(survivor.received_at, merged.received_at))


def _due(line: ClockLine) -> datetime:
    assert line.target.due_at is not None
    return line.target.due_at
