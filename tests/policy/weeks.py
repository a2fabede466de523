"""Weeks, calendars, local instants and clock plans for tests, written the short way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.base.vocabulary import TicketStatus
from app.policy.time.calendars import BusinessCalendar
from app.policy.time.clock_plans import WAITING, ClockKind, ClockPlan
from app.policy.time.clocks import ClockEvent, StatusChanged
from app.policy.time.openings import WrittenInterval, intervals

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Week = dict[int, list[WrittenInterval]]


def on_days(days: range | list[int], *spans: WrittenInterval) -> Week:
    return {day: list(spans) for day in days}


OFFICE = on_days(range(5), ("08:30", "17:00"))
NIGHT = on_days(range(7), ("00:00", "07:00"), ("22:00", "24:00"))
SOUTH_AFRICA_2026 = [date(2026, m, d) for m, d in [(4, 3), (4, 6), (4, 27), (12, 16), (12, 25), (12, 26)]]


def opening_hours(
    weekly: Week | None,
    zone: str = "Africa/Johannesburg",
    *,
    closed: Iterable[date] = (),
    dated: Mapping[date, Iterable[WrittenInterval]] | None = None,
    first: date = date(2025, 1, 1),
    last: date = date(2031, 12, 31),
) -> BusinessCalendar:
    """No week means open on every day but the closed ones."""
    week = on_days(range(7), ("00:00", "24:00")) if weekly is None else weekly
    hours = {day: intervals(spans) for day, spans in week.items()}
    others = {day: intervals(spans) for day, spans in {**dict.fromkeys(closed, ()), **(dated or {})}.items()}
    return BusinessCalendar("office", zone, hours, first=first, last=last, dated=others)


def local(text: str, zone: str = "Africa/Johannesburg", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


START = local("2026-02-10 10:00")
OFFICE_HOURS = opening_hours(OFFICE, closed=SOUTH_AFRICA_2026)


def plan(kind: ClockKind = ClockKind.BUSINESS, **terms: object) -> ClockPlan:
    chosen = {"maximum": 4 * HOUR, "calendar": OFFICE_HOURS, "pauses": WAITING, **terms}
    return replace(ClockPlan("resolve", kind, START), **chosen)  # type: ignore[arg-type] # drawn words


def waiting(start: str, end: str) -> list[ClockEvent]:
    return [StatusChanged(local(start), TicketStatus.WAITING_CUSTOMER), StatusChanged(local(end), TicketStatus.OPEN)]
