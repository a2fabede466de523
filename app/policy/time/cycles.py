"""Which clocks a conversation asks for: cycles of replies, clocks that go on, and those that end with a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.base.vocabulary import ClockState
from app.policy.time.clock_plans import ClockKind, ClockPlan
from app.policy.time.clocks import Cancelled, ClockEvent, ClockReading, Stopped


@dataclass(frozen=True, slots=True)
class Message:
    """One contribution, by whatever channel it came; a quote or a call that was answered is one too."""

    at: datetime
    from_customer: bool
    public: bool = True
    by_person: bool = True
    """False for what was sent automatically: an acknowledgement, a hold notice, a refusal."""

    @property
    def answers(self) -> bool:
        return self.public and self.by_person and not self.from_customer


@dataclass(frozen=True, slots=True)
class Cycle:
    number: int
    started_at: datetime
    stopped_at: datetime | None = None


def first_response(messages: Iterable[Message]) -> datetime | None:
    """The first public contribution of a person of the desk."""
    return next((message.at for message in messages if message.answers), None)


def next_reply_cycles(messages: Iterable[Message], first_response_at: datetime | None) -> tuple[Cycle, ...]:
    """One cycle for each time that the customer was left unanswered, from the oldest unanswered message on.

    Messages are in the order of the log. Before the first response there is none: that is another clock's matter.
    """
    cycles: list[Cycle] = []
    for message in messages:
        waiting = bool(cycles) and cycles[-1].stopped_at is None
        if waiting and message.answers:
            cycles[-1] = replace(cycles[-1], stopped_at=message.at)
        elif not waiting and message.from_customer and first_response_at is not None and message.at > first_response_at:
            cycles.append(Cycle(len(cycles) + 1, message.at))
    return tuple(cycles)


def level_response_cycles(escalations: Iterable[datetime], messages: Sequence[Message]) -> tuple[Cycle, ...]:
    """A cycle for each escalation, until the first answer after it; what is said while escalating is no answer yet."""
    return tuple(
        Cycle(number, at, next((message.at for message in messages if message.answers and message.at > at), None))
        for number, at in enumerate(escalations, start=1)
    )


def reopened(plan: ClockPlan, stopped: ClockReading, at: datetime, *, anew: bool = False) -> ClockPlan | None:
    """The next cycle of a clock that was met, when its ticket is reopened.

    It goes on with what was left, or anew with the whole time. What lies between is not counted. The verdict given
    stays, and after a miss there is nothing left to go on with.
    """
    if stopped.state is not ClockState.MET:
        return None
    following = replace(plan, cycle=plan.cycle + 1, start=at)
    if anew or stopped.remaining is None:
        return following
    kind = ClockKind.ELAPSED if plan.kind is ClockKind.ELAPSED else ClockKind.BUSINESS
    return replace(following, kind=kind, minimum=None, maximum=stopped.remaining)


_TIMELESS = frozenset({ClockKind.NONE, ClockKind.CONTRACT, ClockKind.QUALITATIVE})
"""Kinds that promise no time by themselves."""


@dataclass(frozen=True, slots=True)
class Rederived:
    """What becomes of a ticket's clocks when its rules change: each becomes an event."""

    started: tuple[ClockPlan, ...]
    reclassified: tuple[ClockPlan, ...]
    cancelled: tuple[ClockPlan, ...]


def rederived(running: Iterable[ClockPlan], wanted: Iterable[ClockPlan]) -> Rederived:
    """Compares all clocks that run with all that the present rules ask for, so that none outlives its rule.

    Clocks are matched by metric. A clock that loses its time is cancelled, and one that only measures takes its place.
    """
    asked = {plan.metric: plan for plan in wanted}
    old = {plan.metric: plan for plan in running}
    kept = {
        metric: replace(asked[metric], cycle=plan.cycle)
        for metric, plan in old.items()
        if metric in asked and (asked[metric].kind not in _TIMELESS or plan.kind in _TIMELESS)
    }
    return Rederived(
        started=tuple(
            replace(plan, cycle=old[metric].cycle + 1) if metric in old else plan
            for metric, plan in asked.items()
            if metric not in kept
        ),
        reclassified=tuple(plan for metric, plan in kept.items() if not plan.same_terms(old[metric])),
        cancelled=tuple(plan for metric, plan in old.items() if metric not in kept),
    )


def settled(events: Sequence[ClockEvent], at: datetime, *, cancelled: bool = False) -> Stopped | Cancelled | None:
    """What ends a clock when its ticket is closed, so that each has exactly one end; none if it has ended already."""
    if any(isinstance(event, Stopped | Cancelled) for event in events):
        return None
    return Cancelled(at) if cancelled else Stopped(at)
