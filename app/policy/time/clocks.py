"""Clocks: a fold over what happened to a ticket; reading one computes everything and changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app.base.vocabulary import ClockState, Strength, TicketStatus
from app.policy.time.calendars import Calendar
from app.policy.time.clock_plans import ClockPlan
from app.policy.time.limits import Limit, limit_of

_SECOND = timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class StatusChanged:
    """Of the ticket, also before the clock started: pauses belong to the ticket, not to the clock.

    Nobody changes one.
    """

    at: datetime
    status: TicketStatus


@dataclass(frozen=True, slots=True)
class Stopped:
    """What the clock measures has happened."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What the clock measures is no longer asked for."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reclassified:
    """Other terms apply from now on, and they never make it later."""

    at: datetime
    plan: ClockPlan


@dataclass(frozen=True, slots=True)
class Replanned:
    """The operator edited the terms or the calendar; only what remains is laid out anew."""

    at: datetime
    plan: ClockPlan
    calendars: tuple[Calendar, ...] = ()
    """Those of earlier terms, which may still bind, as they are now."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """Staff and customer agreed on a due time."""

    at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Excused:
    """A miss has a reason that the policy accepts; it labels the miss and changes neither due time nor verdict."""

    at: datetime
    code: str | None


ClockEvent = StatusChanged | Stopped | Cancelled | Reclassified | Replanned | Negotiated | Excused


class ClockReading(NamedTuple):
    """A clock as it stands at one instant. Durations are open time of the clock's own calendar."""

    metric: str
    cycle: int
    state: ClockState
    paused: bool
    started_at: datetime
    """When it began to count; a clock that is set outside hours begins with the opening."""
    earliest_at: datetime | None
    due_at: datetime | None
    """While paused: as if it went on at the instant of reading."""
    warn_at: datetime | None
    stopped_at: datetime | None
    consumed: timedelta
    remaining: timedelta | None
    overdue: timedelta
    verdict: ClockState | None
    """`met` or `breached`, and then for ever; none while undecided, cancelled in time or without a due time."""
    excused_by: str | None
    strength: Strength
    liability: str

    @property
    def consumed_seconds(self) -> int:
        return self.consumed // _SECOND

    @property
    def remaining_seconds(self) -> int | None:
        return None if self.remaining is None else self.remaining // _SECOND

    @property
    def overdue_seconds(self) -> int:
        return self.overdue // _SECOND


def read(plan: ClockPlan, events: Iterable[ClockEvent], at: datetime) -> ClockReading:
    """The clock at an instant, from the ticket's status changes and the clock's own events in the order of the log.

    Later events are left out, so that the past can be read. Order is that of the log: an event whose instant lies
    before its predecessor's happened with it.
    """
    fold = _Fold(plan)
    for event in events:
        if event.at <= at:
            fold.apply(event)
    fold.advance(at)
    return fold.reading()


class _Fold:
    """A pause that begins or ends and a stop at one instant cannot harm each other: no time lies between them."""

    def __init__(self, plan: ClockPlan) -> None:
        self.plan = plan
        self.started_at = plan.times.started_at
        self.start = self.now = plan.start
        self.status = TicketStatus.OPEN
        self.limits: tuple[Limit, ...] = (limit_of(plan),)
        """More than one after a reclassification: each moves in its own calendar, and the first to fall due binds."""
        self.ended_at: datetime | None = None
        self.cancelled = False
        self.excused_by: str | None = None

    @property
    def binding(self) -> Limit:
        if len(self.limits) == 1:
            return self.limits[0]
        return min(self.limits, key=lambda limit: limit.due or _NEVER)

    @property
    def breached(self) -> bool:
        return self.binding.missed(self.now)

    @property
    def paused(self) -> bool:
        return self.ended_at is None and self.status in self.plan.pauses

    def advance(self, to: datetime) -> None:
        if self.ended_at is not None or to <= self.now:
            return
        if self.paused:
            self.limits = tuple(limit.wait(self.now, to) for limit in self.limits)
        else:
            self.limits = tuple(limit.run(self.now, to) for limit in self.limits)
        self.now = to

    def apply(self, event: ClockEvent) -> None:
        self.advance(event.at)
        match event:
            case StatusChanged():
                self.status = event.status
            case Excused():
                self.excused_by = event.code
            case Stopped() if self.ended_at is None:
                self._end(event)
            case Cancelled() if self.ended_at is None:
                self._end(event)
                self.cancelled = not self.breached
            case Reclassified() | Replanned() | Negotiated() if self.ended_at is None and not self.breached:
                self._change(event)
            case _:  # what has ended or is breached is history
                pass

    def _end(self, event: Stopped | Cancelled) -> None:
        self.ended_at = event.at if event.at < self.start else self.now

    def _change(self, event: Reclassified | Replanned | Negotiated) -> None:
        match event:
            case Reclassified():
                self.limits += (limit_of(replace(event.plan, start=max(self.now, event.plan.start))),)
                self.plan = event.plan
            case Replanned():
                *others, last = self.limits
                edited = {calendar.name: calendar for calendar in (*event.calendars, event.plan.calendar)}
                kept = [self._in_edited_calendar(limit, edited) for limit in others]
                self.limits = (*kept, last.replanned(event.plan, self.now))
                self.plan = event.plan
            case Negotiated():
                self.limits = (self.binding.agreed(event.due, self.now),)

    def _in_edited_calendar(self, limit: Limit, edited: Mapping[str, Calendar]) -> Limit:
        calendar = edited.get(limit.plan.calendar.name)
        if calendar is None:
            return limit
        return limit.replanned(replace(limit.plan, calendar=calendar), self.now)

    def reading(self) -> ClockReading:
        limit, plan = self.binding, self.plan
        pace, due = limit.plan.pace, limit.due
        breached, paused = limit.missed(self.now), self.paused
        return ClockReading(
            metric=plan.metric,
            cycle=plan.cycle,
            state=self._state(breached, paused),
            paused=paused,
            started_at=self.started_at.astimezone(UTC),
            earliest_at=limit.earliest,
            due_at=due,
            warn_at=_warning(pace, plan.warn_after, due, limit.target),
            stopped_at=self.ended_at,
            consumed=limit.used,
            remaining=None if due is None else pace.elapsed(self.now, due),
            overdue=limit.late,
            verdict=self._verdict(breached, due),
            excused_by=self.excused_by,
            strength=plan.strength,
            liability=plan.liability,
        )

    def _state(self, breached: bool, paused: bool) -> ClockState:
        if breached:
            return ClockState.BREACHED
        if self.ended_at is not None:
            return ClockState.CANCELLED if self.cancelled else ClockState.MET
        return ClockState.PAUSED if paused else ClockState.RUNNING

    def _verdict(self, breached: bool, due: datetime | None) -> ClockState | None:
        if breached:
            return ClockState.BREACHED
        decided = self.ended_at is not None and not self.cancelled and due is not None
        return ClockState.MET if decided else None


def first_warning(plan: ClockPlan) -> datetime | None:
    """Of a clock of whose time nothing has passed."""
    return _warning(plan.pace, plan.warn_after, plan.times.due_at, plan.length)


def _warning(pace: Calendar, part: float | None, due: datetime | None, target: timedelta | None) -> datetime | None:
    """In the clock's own open time, so that nobody is reminded at midnight of what can wait until morning."""
    if part is None or due is None or target is None:
        return None
    return pace.subtract(due, target * (1 - part))
