"""The calendars of a document made ready: each is laid out once for each zone in which it is asked."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from app.policy.language.calendars import Calendar
from app.policy.language.document import Document
from app.policy.language.hours import WEEKDAYS, rest_of_day, week_of
from app.policy.time.calendars import AlwaysOpen, BusinessCalendar
from app.policy.time.calendars import Calendar as OpeningTimes
from app.policy.time.openings import Interval, WrittenInterval, intervals
from app.policy.time.zones import DAY

ACCOUNT_ZONE = "account"
"""As a calendar's zone: the customer's own."""

# Calendars without holidays are laid out over these years.
_FIRST_YEAR, _LAST_YEAR = 2010, 2045


Week = dict[int, list[Interval]]
"""Hours in seconds since midnight, by weekday; Monday is 0."""

Dates = dict[date, list[Interval]]


class Timetable:
    """Looks calendars up by name; those that go by the customer's zone also by that zone."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._own: dict[str, OpeningTimes] = {}
        self._moved: dict[tuple[str, str], OpeningTimes] = {}
        calendars = document.calendars
        self.moving = frozenset(s for s, c in calendars.items() if _written_zone(calendars, c) == ACCOUNT_ZONE)
        """Calendars that go by the customer's zone."""

    def calendar(self, slug: str, zone: str | None = None) -> OpeningTimes:
        if zone is not None and slug in self.moving:
            known = self._moved.get((slug, zone))
            if known is None:
                known = self._moved[slug, zone] = self._laid_out(slug, zone if _is_zone(zone) else self._document.tz)
            return known
        known = self._own.get(slug)
        if known is None:
            written = _written_zone(self._document.calendars, self._document.calendars[slug])
            own = None if written == ACCOUNT_ZONE else written
            known = self._own[slug] = self._laid_out(slug, own or self._document.tz)
        return known

    def _laid_out(self, slug: str, zone: str) -> OpeningTimes:
        calendar = self._document.calendars[slug]
        week, dated = hours_of(self._document, calendar)
        named = calendar if calendar.outside is None else self._document.calendars[calendar.outside]
        sets = [self._document.holidays[name] for name in named.holidays]
        if not dated and not sets and week == _ALWAYS:
            return AlwaysOpen(slug, zone)
        years = [(min(dates).year, max(dates).year) for dates in sets if dates]
        return BusinessCalendar(
            slug,
            zone,
            week,
            first=date(max((first for first, _ in years), default=_FIRST_YEAR), 1, 1),
            last=date(min((last for _, last in years), default=_LAST_YEAR), 12, 31),
            dated=dated,
        )


_ALWAYS = {day: [(0, DAY)] for day in range(7)}


def hours_of(document: Document, calendar: Calendar) -> tuple[Week, Dates]:
    """The hours of each weekday, and of each date that has others."""
    written = week_of(calendar, document.calendars)
    week = {number: intervals(written[day]) for number, day in enumerate(WEEKDAYS)}
    if calendar.outside is None:
        return week, {day: intervals(hours) for day, hours in _dated(document, calendar).items()}
    dated = _dated(document, document.calendars[calendar.outside])
    return week, {day: intervals(rest_of_day(hours)) for day, hours in dated.items()}


def _dated(document: Document, calendar: Calendar) -> dict[date, Sequence[WrittenInterval]]:
    """Holidays, then further closed dates, then dates with hours of their own: the later one counts."""
    dated: dict[date, Sequence[WrittenInterval]] = {
        day: calendar.on_holidays for name in calendar.holidays for day in document.holidays[name]
    }
    return {**dated, **dict.fromkeys(calendar.extra, ()), **calendar.dated}


def _written_zone(calendars: Mapping[str, Calendar], calendar: Calendar) -> str | None:
    """A calendar of the hours outside another one goes by its zone."""
    return calendar.tz if calendar.outside is None else calendars[calendar.outside].tz


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
