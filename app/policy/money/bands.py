"""Work divided by the hours in which it is done: each whole minute belongs to one band, or to none."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.policy.language.prices import Band
from app.policy.time.calendars import Calendar

MINUTE = timedelta(minutes=1)

Span = tuple[datetime, datetime]
Share = tuple[Band | None, int]


def shares(bands: Sequence[Band], start: datetime, minutes: int, calendar: Callable[[str], Calendar]) -> list[Share]:
    """Minutes per band, in the order of the bands, then what falls in none; their sum is the whole.

    Counting begins with the minute in which the work starts. Where two bands hold at once, the first one counts.
    """
    start = start.replace(second=0, microsecond=0)
    left: list[Span] = [(start, start + minutes * MINUTE)]
    found: list[Share] = []
    for band in bands:
        taken, left = _divided(left, calendar(band.calendar))
        found.append((band, taken // MINUTE))
    found.append((None, sum((end - begin for begin, end in left), timedelta(0)) // MINUTE))
    return [(band, share) for band, share in found if share]


def band_at(bands: Sequence[Band], at: datetime, calendar: Callable[[str], Calendar]) -> Band | None:
    return next((band for band in bands if calendar(band.calendar).is_open(at)), None)


def _divided(spans: Sequence[Span], calendar: Calendar) -> tuple[timedelta, list[Span]]:
    """How much of the spans lies in the calendar's hours, and the spans that are left."""
    taken, left = timedelta(0), list[Span]()
    for begin, end in spans:
        at = begin
        while at < end:
            opens, closes = _next_hours(calendar, at, end)
            if at < opens:
                left.append((at, opens))
            taken += closes - opens
            at = closes
    return taken, left


def _next_hours(calendar: Calendar, at: datetime, end: datetime) -> Span:
    """The calendar's next hours from `at` on, cut off at the end."""
    if not calendar.elapsed(at, end):
        return end, end
    window = calendar.window(at)
    return window.opens, end if window.closes is None else min(window.closes, end)
