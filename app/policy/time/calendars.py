"""Business time: adding it, measuring it and taking it away, on half-open opening intervals in an IANA zone."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from app.policy.time.openings import Hours, Interval, Openings, instant
from app.policy.time.zones import LocalTime, midnight

Cutoff = time | Literal["closing"]
"""The local time from which a receipt counts for the next business day; `closing` is each day's own."""

_NOTHING = timedelta(0)


class CalendarHorizonExceeded(Exception):  # noqa: N818 - it is what happened, and the policy has a reason code for it
    """The question reaches beyond the dates whose holidays are known; whoever decides declares a safe outcome."""

    def __init__(self, calendar: str, first: date, last: date) -> None:
        super().__init__(f"calendar {calendar!r} is known from {first} to {last}, and the question reaches beyond")
        self.calendar, self.first, self.last = calendar, first, last


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which work can be done: [opens, closes), or without end where a calendar never closes."""

    opens: datetime
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A local date with an opening; it ends with its last interval, at 24:00 where the night shift goes on."""

    date: date
    opens: datetime
    closes: datetime


class Calendar(ABC):
    """When somebody is there. Instants are aware; those given back are in UTC."""

    def __init__(self, name: str, zone: str) -> None:
        self.name = name
        self.zone = ZoneInfo(zone)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.zone.key!r})"

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    @abstractmethod
    def is_open(self, at: datetime) -> bool: ...

    @abstractmethod
    def next_opening(self, at: datetime) -> datetime:
        """The first open instant from `at` on: `at` itself while open."""

    @abstractmethod
    def window(self, at: datetime) -> Window:
        """What is left of the running window, else the next one; windows that touch at midnight are one."""

    def next_closing(self, at: datetime) -> datetime | None:
        """When the running or next window ends; None where the calendar never closes."""
        return self.window(at).closes

    @abstractmethod
    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant by which `duration` has passed in open time.

        An end that lands exactly on closing stays there; no time at all, from a closed moment, is the next opening.
        """

    @abstractmethod
    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """The last instant from which `duration` of open time is left until `end`."""

    @abstractmethod
    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two instants; none where the end does not come after the start."""

    @abstractmethod
    def business_day(
        self, receipt: datetime, days: int, *, cutoff: Cutoff | None = None, receipt_counts: bool = False
    ) -> BusinessDay:
        """The n-th business day after the local date of receipt.

        0 is the date of receipt itself while it has not closed, else the first business day after it. A receipt at or
        after the cutoff of a business day belongs to the next one. With `receipt_counts`, a receipt on a business day
        makes that day the first.
        """

    @abstractmethod
    def business_days_between(self, start: datetime, end: datetime) -> int:
        """Business days after the local date of `start`, up to and with that of `end`."""


class AlwaysOpen(Calendar):
    """Day and night, without holidays: elapsed time in UTC, and therefore without a horizon."""

    def is_open(self, at: datetime) -> bool:  # noqa: ARG002 - the question has one answer here
        return True

    def next_opening(self, at: datetime) -> datetime:
        return at.astimezone(UTC)

    def window(self, at: datetime) -> Window:
        return Window(at.astimezone(UTC), None)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        return start.astimezone(UTC) + _not_negative(duration)

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        return end.astimezone(UTC) - _not_negative(duration)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(end.astimezone(UTC) - start.astimezone(UTC), _NOTHING)

    def business_day(
        self, receipt: datetime, days: int, *, cutoff: Cutoff | None = None, receipt_counts: bool = False
    ) -> BusinessDay:
        local = receipt.astimezone(self.zone)
        if isinstance(cutoff, time) and local.time() >= cutoff:
            days += 1
        if receipt_counts and days > 0:
            days -= 1
        day = local.date() + timedelta(days=days)
        following = day + timedelta(days=1)
        clock = LocalTime(self.zone.key, day, following)
        opens, closes = clock.opening(midnight(day.toordinal())), clock.closing(midnight(following.toordinal()))
        return BusinessDay(day, instant(opens), instant(closes))

    def business_days_between(self, start: datetime, end: datetime) -> int:
        return (self.local_date(end) - self.local_date(start)).days


class BusinessCalendar(Calendar):
    """Weekly hours and dates with hours of their own, or none, known from one date to another.

    Every question is a few binary searches in tables, laid out over the whole horizon when the first one is asked.
    """

    def __init__(
        self,
        name: str,
        zone: str,
        weekly: Mapping[int, Iterable[Interval]],
        *,
        first: date,
        last: date,
        dated: Mapping[date, Iterable[Interval]] | None = None,
    ) -> None:
        super().__init__(name, zone)
        self.first, self.last = first, last
        self._hours = Hours(weekly, dated or {})
        if not self._hours.ever:
            raise ValueError(f"calendar {name!r} never opens")

    @cached_property
    def _tables(self) -> Openings:
        return Openings(self.zone.key, self._hours, self.first, self.last)

    def _beyond(self) -> CalendarHorizonExceeded:
        return CalendarHorizonExceeded(self.name, self.first, self.last)

    def _known(self, at: datetime) -> Openings:
        """`at` in UTC itself, as the tables are: comparing instants of two zones takes ten times as long."""
        tables = self._tables
        if not tables.begin <= at <= tables.end:
            raise self._beyond()
        return tables

    def _measure(self, at: datetime) -> timedelta:
        """Open time from the beginning of the horizon."""
        at = at.astimezone(UTC)
        tables = self._known(at)
        index = bisect_right(tables.opens, at) - 1
        if index < 0:
            return _NOTHING
        return tables.before[index] + (min(at, tables.closes[index]) - tables.opens[index])

    def _window(self, at: datetime) -> tuple[datetime, datetime]:
        at = at.astimezone(UTC)
        tables = self._known(at)
        index = bisect_right(tables.closes, at)  # the first window that has not closed
        if index == len(tables.closes):
            raise self._beyond()
        return max(tables.opens[index], at), tables.closes[index]

    def is_open(self, at: datetime) -> bool:
        at = at.astimezone(UTC)
        tables = self._known(at)
        if at >= tables.end:
            raise self._beyond()
        index = bisect_right(tables.closes, at)
        return index < len(tables.closes) and tables.opens[index] <= at

    def next_opening(self, at: datetime) -> datetime:
        return self._window(at)[0]

    def window(self, at: datetime) -> Window:
        opens, closes = self._window(at)
        if closes == self._tables.end:  # it may go on with the first day that is not known
            raise self._beyond()
        return Window(opens, closes)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        if not _not_negative(duration):
            return self.next_opening(start)
        target = self._measure(start) + duration
        tables = self._tables
        if target > tables.total:
            raise self._beyond()
        index = bisect_left(tables.before, target) - 1
        return tables.opens[index] + (target - tables.before[index])

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        target = self._measure(end) - _not_negative(duration)
        if not duration:
            return end.astimezone(UTC)
        if target < _NOTHING:
            raise self._beyond()
        tables = self._tables
        index = bisect_right(tables.before, target) - 1
        return tables.opens[index] + (target - tables.before[index])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(self._measure(end) - self._measure(start), _NOTHING)

    def business_day(
        self, receipt: datetime, days: int, *, cutoff: Cutoff | None = None, receipt_counts: bool = False
    ) -> BusinessDay:
        receipt = receipt.astimezone(UTC)
        tables = self._known(receipt)
        local = receipt.astimezone(self.zone)
        today = local.toordinal()
        following = bisect_right(tables.days, today)
        on_business_day = following > 0 and tables.days[following - 1] == today
        if on_business_day:
            over = receipt >= tables.day_closes[following - 1]
            late = local.time() >= cutoff if isinstance(cutoff, time) else cutoff == "closing" and over
            if late or (over and (days == 0 or receipt_counts)):
                following += 1  # it counts as received on the next business day, the first thing in the morning
        index = following + days - 1
        if days == 0:
            index += not on_business_day
        elif receipt_counts and on_business_day:
            index -= 1
        if index >= len(tables.days):
            raise self._beyond()
        day = date.fromordinal(tables.days[index])
        return BusinessDay(day, tables.day_opens[index], tables.day_closes[index])

    def business_days_between(self, start: datetime, end: datetime) -> int:
        self._known(start.astimezone(UTC))
        days = self._known(end.astimezone(UTC)).days
        first, last = self.local_date(start).toordinal(), self.local_date(end).toordinal()
        return bisect_right(days, last) - bisect_right(days, first)


def _not_negative(duration: timedelta) -> timedelta:
    if duration < _NOTHING:
        raise ValueError("a duration is never negative")
    return duration


ALWAYS = AlwaysOpen("always", "UTC")
"""What an elapsed target runs in, and what an age is measured in where no calendar is named."""
