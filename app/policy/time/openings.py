"""Opening hours of every date of a horizon, laid out once as tables in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from app.policy.time.zones import DAY, local_time, midnight

WrittenInterval = tuple[str, str]
"""As a document writes it: ("08:30", "17:00"), ("22:00", "24:00"); seconds may follow."""

Interval = tuple[int, int]
"""Seconds since local midnight, half-open: (30600, 61200) is 08:30 to 17:00, and 86400 is 24:00."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = timedelta(0)


class Hours:
    """Which local hours a date has: its own, be they none, else those of the weekday (Monday is 0)."""

    def __init__(self, weekly: Mapping[int, Iterable[Interval]], dated: Mapping[date, Iterable[Interval]]) -> None:
        self._weekly = [_checked(weekly.get(weekday, ())) for weekday in range(7)]
        self._dated = {day.toordinal(): _checked(hours) for day, hours in dated.items()}
        self.ever = any(self._weekly) or any(self._dated.values())

    def of(self, ordinal: int) -> Sequence[Interval]:
        own = self._dated.get(ordinal)
        return self._weekly[(ordinal + 6) % 7] if own is None else own


class Openings:
    """Every window of the horizon, the open time before each, and the business days, by position."""

    def __init__(self, zone: str, hours: Hours, first: date, last: date) -> None:
        clock = local_time(zone, first, last)
        self.begin = instant(clock.opening(midnight(first.toordinal())))
        self.end = instant(clock.closing(midnight(last.toordinal() + 1)))
        self.total = _NOTHING
        self.opens: list[datetime] = []
        self.closes: list[datetime] = []
        self.before: list[timedelta] = []
        self.days: list[int] = []
        self.day_opens: list[datetime] = []
        self.day_closes: list[datetime] = []
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            of_day = hours.of(ordinal)
            if of_day:
                start = midnight(ordinal)
                self._add_day(ordinal, [(clock.opening(start + a), clock.closing(start + b)) for a, b in of_day])

    def _add_day(self, ordinal: int, hours: Iterable[Interval]) -> None:
        """Appends a date's hours in UTC seconds; those that fall into an hour the zone skips are none."""
        spans = [(instant(opens), instant(closes)) for opens, closes in hours if opens < closes]
        if not spans:
            return
        self.days.append(ordinal)
        self.day_opens.append(spans[0][0])
        self.day_closes.append(spans[-1][1])
        for opens, closes in spans:
            self._add(opens, closes)

    def _add(self, opens: datetime, closes: datetime) -> None:
        if self.closes and opens <= self.closes[-1]:  # goes on after midnight, or meets in an hour shown twice
            self.total += closes - self.closes[-1]
            self.closes[-1] = closes
        else:
            self.opens.append(opens)
            self.closes.append(closes)
            self.before.append(self.total)
            self.total += closes - opens


def instant(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def intervals(written: Iterable[WrittenInterval]) -> list[Interval]:
    return [(_seconds(opens), _seconds(closes)) for opens, closes in written]


def _seconds(wall: str) -> int:
    hours, minutes, *seconds = (int(part) for part in wall.split(":"))
    return hours * 3600 + minutes * 60 + sum(seconds)


def _checked(hours: Iterable[Interval]) -> Sequence[Interval]:
    ordered = sorted(hours)
    end = 0
    for opens, closes in ordered:
        if not end <= opens < closes <= DAY:
            raise ValueError(f"the intervals of a day overlap, are empty or leave the day: {ordered}")
        end = closes
    return ordered
