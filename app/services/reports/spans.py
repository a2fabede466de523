"""Of what time a report is: whole days of the policy's zone, and not more of them than can be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.base.errors import Fault, Problem

_USUAL: Final = 30
_LONGEST: Final[Mapping[str, int]] = {"day": 100, "week": 800, "month": 3700}
"""Days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first up to before the last."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return begin(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return begin(self.last, self.zone)


def begin(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins there."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def span_of(since: datetime | None, until: datetime | None, period: str, zone: str, now: datetime) -> Span:
    """The days in which `since` lies (left out: the 30th before) and that `until` ends or lies in (left out: today)."""
    tz = ZoneInfo(zone)
    end = (until or now).astimezone(tz)
    last = end.date() if until is not None and end.time() == time() else end.date() + timedelta(days=1)
    first = since.astimezone(tz).date() if since is not None else last - timedelta(days=_USUAL)
    if not timedelta(0) < last - first <= timedelta(days=_LONGEST[period]):
        message = f"This must lie before `until`, by at most {_LONGEST[period]} days for each {period}."
        raise Problem("invalid", errors=[Fault("/since", "out_of_range", message)])
    return Span(first, last, tz)
