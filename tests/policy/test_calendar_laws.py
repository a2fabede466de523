"""The laws of business time, and what an answer costs."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.policy.time.calendars import AlwaysOpen, Calendar
from tests.policy.weeks import HOUR, NIGHT, OFFICE, local, on_days, opening_hours

ZONES = ["America/Toronto", "America/Sao_Paulo", "Africa/Johannesburg", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
LAW_CALENDARS = [
    opening_hours(week, zone, closed=[date(2026, 3, 9), date(2026, 12, 25), date(2027, 1, 1)])
    for zone in ZONES
    for week in (OFFICE, NIGHT, on_days([0, 2, 4], ("09:00", "12:00"), ("13:30:15", "18:00")))
]
calendars = st.sampled_from(LAW_CALENDARS)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
durations = st.timedeltas(timedelta(0), timedelta(hours=400))


@given(calendars, instants, durations)
def test_adding_business_time_and_measuring_it_gives_it_back(
    calendar: Calendar, start: datetime, duration: timedelta
) -> None:
    assert calendar.elapsed(start, calendar.add(start, duration)) == duration


@given(calendars, instants, durations)
def test_taking_business_time_away_is_the_inverse_of_adding_it(
    calendar: Calendar, end: datetime, duration: timedelta
) -> None:
    start = calendar.subtract(end, duration)
    assert start <= end
    assert calendar.elapsed(start, end) == duration
    if duration and calendar.is_open(end):
        assert calendar.add(start, duration) == end


@given(calendars, instants, durations, st.timedeltas(timedelta(0), timedelta(days=30)), durations)
def test_due_times_are_monotone_in_the_start_and_in_the_target(
    calendar: Calendar, start: datetime, target: timedelta, later: timedelta, longer: timedelta
) -> None:
    due = calendar.add(start, target)
    assert start <= due <= calendar.add(start + later, target)
    assert due <= calendar.add(start, target + longer) or target == timedelta(0)


@given(calendars, instants, durations, durations)
def test_adding_in_two_parts_is_adding_the_sum(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    if other:
        assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other)


@given(calendars, instants, durations, durations)
def test_measures_of_neighbouring_spans_add_up(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    middle, end = start + one, start + one + other
    assert calendar.elapsed(start, middle) + calendar.elapsed(middle, end) == calendar.elapsed(start, end)
    assert calendar.elapsed(end, start) == timedelta(0) or start == end


@given(calendars, instants, st.integers(1, 20), st.timedeltas(timedelta(0), timedelta(days=30)))
def test_business_days_are_monotone_and_follow_one_another(
    calendar: Calendar, receipt: datetime, days: int, later: timedelta
) -> None:
    day = calendar.business_day(receipt, days)
    assert day.date > calendar.local_date(receipt)
    assert day.opens < day.closes <= calendar.business_day(receipt + later, days).closes
    assert day.closes < calendar.business_day(receipt, days + 1).closes
    assert calendar.business_days_between(receipt, day.opens) == days


@given(st.sampled_from(ZONES), instants, durations)
def test_day_and_night_in_any_zone_is_elapsed_time(zone: str, start: datetime, duration: timedelta) -> None:
    for calendar in (AlwaysOpen("a", zone), opening_hours(on_days(range(7), ("00:00", "24:00")), zone)):
        assert calendar.add(start, duration) == start + duration
        assert calendar.subtract(start, duration) == start - duration
        assert calendar.elapsed(start, start + duration) == duration


# ── cost ─────────────────────────────────────────────────────────────────────


def operations(work: Callable[[], object]) -> int:
    """Bytecodes that run in Python; the searches in tables are one each, whatever the distance."""
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(previous)
    return count


def test_five_years_take_as_many_operations_as_one_hour() -> None:
    office, start = opening_hours(OFFICE), local("2026-02-10 10:00")
    five_years = office.elapsed(start, local("2031-02-10 10:00"))
    hour = operations(lambda: office.add(start, HOUR))
    assert hour == operations(lambda: office.add(start, five_years))
    assert hour < 200
    soon, late = start + HOUR, start + timedelta(days=1826)
    assert operations(lambda: office.elapsed(start, soon)) == operations(lambda: office.elapsed(start, late))
