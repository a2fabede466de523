"""A due time on its way through a ticket's life: it is used up while the clock runs and moves while it waits."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from app.policy.time.clock_plans import DAY_KINDS, ClockKind, ClockPlan

_NOTHING = timedelta(0)
_INSTANT = timedelta(microseconds=1)


class Limit(NamedTuple):
    """All amounts are open time of the plan's calendar."""

    plan: ClockPlan
    earliest: datetime | None
    due: datetime | None
    laid_for: datetime | None
    """The due time as last laid out; it differs from `due` once the clock has waited."""
    target: timedelta | None
    used: timedelta = _NOTHING
    late: timedelta = _NOTHING

    def missed(self, at: datetime) -> bool:
        """A due time that is reached exactly is kept."""
        return self.due is not None and self.due < at

    def run(self, start: datetime, end: datetime) -> "Limit":
        pace = self.plan.pace
        late = pace.elapsed(max(start, self.due), end) if self.due is not None and self.due < end else _NOTHING
        return self._replace(used=self.used + pace.elapsed(start, end), late=self.late + late)

    def wait(self, start: datetime, end: datetime) -> "Limit":
        """What was left at the start of the wait is left at its end; a time that is missed already stays."""
        if self.due is None or self.missed(start):
            return self
        earliest = self.earliest
        if earliest is not None and earliest > start:
            earliest = self._moved(earliest, start, end)
        return self._replace(earliest=earliest, due=self._moved(self.due, start, end))

    def _moved(self, instant: datetime, start: datetime, end: datetime) -> datetime:
        pace = self.plan.pace
        if end <= instant and not pace.elapsed(start, end):
            return instant
        return max(instant, pace.add(end, pace.elapsed(start, instant)))

    def agreed(self, due: datetime, at: datetime) -> "Limit":
        """With a due time that was negotiated; it never lies before the agreement."""
        return self._laid(self.plan, max(due, at), at)

    def replanned(self, plan: ClockPlan, at: datetime) -> "Limit":
        """Under edited terms or an edited calendar: what is used stays used, and only the rest is laid out anew."""
        due = self._replanned_due(plan, at)
        return self if due is None else self._laid(plan, due, at)

    def _replanned_due(self, plan: ClockPlan, at: datetime) -> datetime | None:
        if self.due is None:
            return None if plan.maximum is None else plan.pace.add(at, max(plan.maximum - self.used, _NOTHING))
        if {plan.kind, self.plan.kind} <= DAY_KINDS and self.due == self.laid_for:
            left = self.plan.calendar.business_days_between(at, self.due - _INSTANT)
            return replace(plan, cutoff=None, receipt_counts=False).on_day(
                at, max(left + plan.day_count - self.plan.day_count, 0)
            )
        if plan.kind in (ClockKind.WINDOW, ClockKind.OPENING):
            return replace(plan, start=at).times.due_at
        rest = self.plan.pace.elapsed(at, self.due)
        if plan.maximum is not None and self.plan.maximum is not None:
            rest = max(rest + plan.maximum - self.plan.maximum, _NOTHING)
        return plan.pace.add(at, rest)

    def _laid(self, plan: ClockPlan, due: datetime, at: datetime) -> "Limit":
        target = self.used + plan.pace.elapsed(at, due)
        earliest = None if self.earliest is None else min(self.earliest, due)
        return self._replace(plan=plan, earliest=earliest, due=due, laid_for=due, target=target)


def limit_of(plan: ClockPlan) -> Limit:
    """The limit that a plan sets by itself; without a due time it only measures."""
    _, earliest, due = plan.times
    return Limit(plan, earliest, due, due, plan.length)
