"""What a clock is set to: the terms of a target, pinned when it starts, and the times that follow from them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.base.vocabulary import Strength, TicketStatus
from app.policy.time.calendars import ALWAYS, Calendar, Cutoff

WAITING = frozenset(
    {
        TicketStatus.WAITING_CUSTOMER,
        TicketStatus.WAITING_CONSENT,
        TicketStatus.WAITING_PAYMENT,
        TicketStatus.SCHEDULED,
    }
)
"""Statuses in which the desk cannot go on; most clocks stand still in them."""


class ClockKind(StrEnum):
    ELAPSED = "elapsed"
    BUSINESS = "business"
    OPENING = "opening"
    NEXT_BUSINESS_DAY = "next_business_day"
    SAME_BUSINESS_DAY = "same_business_day"
    WITHIN_BUSINESS_DAYS = "within_business_days"
    WINDOW = "window"
    NEGOTIATED = "negotiated"
    CONTRACT = "contract"
    QUALITATIVE = "qualitative"
    NONE = "none"


DAY_KINDS = frozenset({ClockKind.NEXT_BUSINESS_DAY, ClockKind.SAME_BUSINESS_DAY, ClockKind.WITHIN_BUSINESS_DAYS})


class Times(NamedTuple):
    started_at: datetime
    earliest_at: datetime | None
    due_at: datetime | None


@dataclass(slots=True)
class ClockPlan:
    """One measure of one ticket: which metric and cycle, from when, in which time, and how firmly it is meant.

    The last four kinds promise no time by themselves; their clocks run for the metrics alone, and negotiation may
    still give them a due time. A plan is never changed (`replace` makes another); frozen, each would take twice as long
    to make.
    """

    metric: str
    kind: ClockKind
    start: datetime
    cycle: int = 1
    minimum: timedelta | None = None
    maximum: timedelta | None = None
    days: int = 1
    """For `within_business_days`: the n-th one."""
    calendar: Calendar = ALWAYS
    cutoff: Cutoff | None = None
    receipt_counts: bool = False
    """Whether the business day of receipt is the first of the days."""
    due_at_opening: bool = False
    """Whether a business day is due when it opens instead of when it closes."""
    pauses: frozenset[TicketStatus] = frozenset()
    strength: Strength = Strength.UNSPECIFIED
    liability: str = "unspecified"
    warn_after: float | None = 0.75
    """The part of the time after which a warning is due."""
    _times: Times | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def pace(self) -> Calendar:
        """The calendar in whose open time the clock runs."""
        return ALWAYS if self.kind is ClockKind.ELAPSED else self.calendar

    @property
    def day_count(self) -> int:
        match self.kind:
            case ClockKind.SAME_BUSINESS_DAY:
                return 0
            case ClockKind.NEXT_BUSINESS_DAY:
                return 1
            case _:
                return self.days

    def on_day(self, receipt: datetime, days: int) -> datetime:
        """When the n-th business day after a receipt is due."""
        day = self.calendar.business_day(receipt, days, cutoff=self.cutoff, receipt_counts=self.receipt_counts)
        return day.opens if self.due_at_opening else day.closes

    def same_terms(self, other: "ClockPlan") -> bool:
        """Whether both promise the same, whenever each started; calendars are compared by id."""
        return self._promised() == other._promised()

    def _promised(self) -> tuple[object, ...]:
        set_to = (self.metric, self.kind, self.minimum, self.maximum, self.days, self.calendar.name, self.cutoff)
        counted = (self.receipt_counts, self.due_at_opening, self.pauses, self.warn_after)
        return *set_to, *counted, self.strength, self.liability

    @property
    def times(self) -> Times:
        """When the clock begins to count, from when it is usually met, and when it is due; laid out once."""
        if self._times is None:
            self._times = self._laid_out()
        return self._times

    def with_times(self) -> "ClockPlan":
        """With its times laid out; CalendarHorizonExceeded where its calendar does not reach as far."""
        self._times = self.times
        return self

    @property
    def length(self) -> timedelta | None:
        """The open time from its start until it is due."""
        if self.maximum is not None and self.kind in (ClockKind.ELAPSED, ClockKind.BUSINESS):
            return self.maximum
        due = self.times.due_at
        return None if due is None else self.pace.elapsed(self.start, due)

    def _laid_out(self) -> Times:
        start, pace = self.start, self.pace
        match self.kind:
            case ClockKind.ELAPSED | ClockKind.BUSINESS:
                return Times(
                    pace.next_opening(start),
                    None if self.minimum is None else pace.add(start, self.minimum),
                    None if self.maximum is None else pace.add(start, self.maximum),
                )
            case ClockKind.NEXT_BUSINESS_DAY | ClockKind.SAME_BUSINESS_DAY | ClockKind.WITHIN_BUSINESS_DAYS:
                return Times(start, None, self.on_day(start, self.day_count))
            case ClockKind.WINDOW:
                window = pace.window(start)
                return Times(start, window.opens, window.closes)
            case ClockKind.OPENING:
                opening = pace.next_opening(start)
                return Times(start, opening, opening)
            case ClockKind.NEGOTIATED | ClockKind.CONTRACT | ClockKind.QUALITATIVE | ClockKind.NONE:
                return Times(start, None, None)


def usual_pauses(metric: str) -> frozenset[TicketStatus]:
    """Where a policy is silent, everything but the first response waits while the customer is awaited."""
    return frozenset() if metric == "first_response" else WAITING
