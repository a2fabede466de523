"""Business time by walking every minute: slow, simple, and sharing nothing with the engine but the zone database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Span = tuple[int, int]
"""Minutes since local midnight, half-open."""


class Walk:
    """Every UTC minute of some weeks, with what the wall clock shows.

    Where clocks go back, the wall shows an hour twice. A minute counts as past an opening once the wall has shown the
    opening, and as before a closing while the wall will still show a minute before the closing.
    """

    def __init__(self, zone: str, first: date, days: int) -> None:
        self.zone, self.first, self.days = zone, first, days
        self.start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
        info = ZoneInfo(zone)
        self.length = (days + 4) * 1440
        shown = []
        for minute in range(self.length):
            wall = (self.start + minute * MINUTE).astimezone(info).replace(tzinfo=None)
            shown.append((wall.toordinal() - first.toordinal()) * 1440 + wall.hour * 60 + wall.minute)
        self.shown = shown
        self.reached = list(accumulate(shown, max))
        self.yet_to_come = list(accumulate(reversed(shown), min))[::-1]
        self.first_minute, self.end_minute = self.minutes(0, 0, 1440)[0], self.minutes(days - 1, 0, 1440)[-1] + 1

    def minutes(self, day: int, opens: int, closes: int) -> list[int]:
        """The UTC minutes of an interval on the n-th date."""
        opens, closes = day * 1440 + opens, day * 1440 + closes
        near = range(max((day + 1) * 1440 - 60, 0), min((day + 4) * 1440 + 60, self.length))
        return [minute for minute in near if self.reached[minute] >= opens and self.yet_to_come[minute] < closes]

    def instant(self, minute: int) -> datetime:
        return self.start + minute * MINUTE


class MinuteCalendar:
    """Answers by counting minutes from the one asked about; None where the walk leaves what is known."""

    def __init__(
        self, walk: Walk, weekly: Mapping[int, Sequence[Span]], closed: set[date], dated: Mapping[date, Sequence[Span]]
    ) -> None:
        self.walk = walk
        self.open = bytearray(walk.length)
        self.business_days: list[tuple[int, int, int]] = []
        for day in range(walk.days):
            on = walk.first + timedelta(days=day)
            spans = dated[on] if on in dated else () if on in closed else weekly.get(on.weekday(), ())
            minutes = [minute for span in spans for minute in walk.minutes(day, *span)]
            for minute in minutes:
                self.open[minute] = 1
            if minutes:
                self.business_days.append((day, min(minutes), max(minutes) + 1))

    def next_opening(self, at: int) -> int | None:
        while at < self.walk.end_minute:
            if self.open[at]:
                return at
            at += 1
        return None

    def next_closing(self, at: int) -> int | None:
        opening = self.next_opening(at)
        if opening is None:
            return None
        while self.open[opening]:
            opening += 1
        return opening if opening < self.walk.end_minute else None

    def add(self, start: int, amount: int) -> int | None:
        if amount == 0:
            return self.next_opening(start)
        for minute in range(start, self.walk.end_minute):
            amount -= self.open[minute]
            if amount == 0:
                return minute + 1
        return None

    def subtract(self, end: int, amount: int) -> int | None:
        if amount == 0:
            return end
        for minute in range(end - 1, self.walk.first_minute - 1, -1):
            amount -= self.open[minute]
            if amount == 0:
                return minute
        return None

    def elapsed(self, start: int, end: int) -> int:
        return sum(self.open[minute] for minute in range(start, end))

    def business_day(self, receipt: int, days: int) -> tuple[int, int] | None:
        today = self.walk.shown[receipt] // 1440
        for day, opens, closes in self.business_days:
            if days == 0 and (day > today or (day == today and receipt < closes)):
                return opens, closes
            if day > today:
                days -= 1
                if days == 0:
                    return opens, closes
        return None
