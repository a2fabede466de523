"""Business time as a support manager expects it, over weekends, holidays, night shifts and changes of clocks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.policy.time.calendars import ALWAYS, AlwaysOpen, Calendar, CalendarHorizonExceeded
from app.policy.time.openings import WrittenInterval
from tests.policy.weeks import HOUR, MINUTE, NIGHT, OFFICE, SOUTH_AFRICA_2026, local, on_days, opening_hours

# ── what a support manager expects ───────────────────────────────────────────


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        ("2026-02-10 07:00", 4, "2026-02-10 12:30"),
        ("2026-02-10 13:00", 4, "2026-02-10 17:00"),
        ("2026-02-10 16:59", 2, "2026-02-11 10:29"),
        ("2026-02-10 17:00", 4, "2026-02-11 12:30"),
        ("2026-02-13 18:00", 4, "2026-02-16 12:30"),
        ("2026-12-24 16:00", 2, "2026-12-28 09:30"),
    ],
)
def test_business_hours_are_added_in_open_time_only(received: str, hours: int, due: str) -> None:
    office = opening_hours(OFFICE, closed=SOUTH_AFRICA_2026)
    assert office.add(local(received), hours * HOUR) == local(due)


def test_opening_is_open_and_closing_is_closed() -> None:
    office = opening_hours(OFFICE)
    assert not office.is_open(local("2026-02-10 08:29:59.999999"))
    assert office.is_open(local("2026-02-10 08:30"))
    assert office.is_open(local("2026-02-10 16:59:59.999999"))
    assert not office.is_open(local("2026-02-10 17:00"))


def test_no_time_from_a_closed_moment_is_the_next_opening_and_from_an_open_one_is_now() -> None:
    office = opening_hours(OFFICE)
    assert office.add(local("2026-02-13 17:00"), timedelta(0)) == local("2026-02-16 08:30")
    assert office.add(local("2026-02-13 16:00"), timedelta(0)) == local("2026-02-13 16:00")


def test_the_next_closing_is_that_of_the_running_or_the_next_window() -> None:
    office = opening_hours(OFFICE)
    assert office.next_closing(local("2026-02-13 16:00")) == local("2026-02-13 17:00")
    assert office.next_closing(local("2026-02-13 17:00")) == local("2026-02-16 17:00")


def test_a_weekend_is_one_window_to_monday_midnight_and_may_be_used_while_it_runs() -> None:
    weekend = opening_hours(on_days([5, 6], ("00:00", "24:00")))
    before, within = weekend.window(local("2026-05-06 11:00")), weekend.window(local("2026-05-09 10:30"))
    assert (before.opens, before.closes) == (local("2026-05-09 00:00"), local("2026-05-11 00:00"))
    assert (within.opens, within.closes) == (local("2026-05-09 10:30"), local("2026-05-11 00:00"))
    assert weekend.window(local("2026-05-11 00:00")).opens == local("2026-05-16 00:00")


def test_a_night_shift_is_written_as_two_intervals_and_works_as_one() -> None:
    night = opening_hours(NIGHT)
    assert night.add(local("2026-02-10 23:00"), 3 * HOUR) == local("2026-02-11 02:00")
    assert night.next_closing(local("2026-02-10 23:00")) == local("2026-02-11 07:00")
    assert night.elapsed(local("2026-02-10 20:00"), local("2026-02-12 00:00")) == 11 * HOUR


def test_a_date_with_hours_of_its_own_has_those_and_no_others_even_on_a_holiday() -> None:
    christmas, new_year = date(2026, 12, 25), date(2026, 12, 31)
    office = opening_hours(OFFICE, closed=[christmas], dated={christmas: [("10:00", "12:00")], new_year: []})
    assert office.add(local("2026-12-25 08:00"), HOUR) == local("2026-12-25 11:00")
    assert office.next_closing(local("2026-12-25 10:00")) == local("2026-12-25 12:00")
    assert office.next_opening(local("2026-12-31 10:00")) == local("2027-01-01 08:30")


# ── business days ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-02-13 10:00", 1, "2026-02-16 17:00"),
        ("2026-02-14 10:00", 1, "2026-02-16 17:00"),
        ("2026-02-13 23:30", 1, "2026-02-16 17:00"),
        ("2026-12-24 10:00", 1, "2026-12-28 17:00"),
        ("2026-03-30 10:00", 5, "2026-04-08 17:00"),
    ],
)
def test_business_days_count_from_the_local_date_after_receipt(received: str, days: int, due: str) -> None:
    office = opening_hours(OFFICE, closed=SOUTH_AFRICA_2026)
    day = office.business_day(local(received), days)
    assert day.closes == local(due)
    assert day.opens == local(due).replace(hour=6, minute=30)
    assert day.date == local(due).date()


def test_the_date_of_receipt_is_the_calendars_not_that_of_utc() -> None:
    toronto = opening_hours(OFFICE, "America/Toronto")
    late_on_thursday = local("2026-02-12 22:00", "America/Toronto")
    assert late_on_thursday.date() == date(2026, 2, 13)
    assert toronto.business_day(late_on_thursday, 1).closes == local("2026-02-13 17:00", "America/Toronto")


def test_a_receipt_after_the_cutoff_belongs_to_the_next_business_day() -> None:
    office = opening_hours(OFFICE)
    friday = local("2026-02-13 15:00")
    assert office.business_day(friday, 1, cutoff=time(15, 0, 1)).closes == local("2026-02-16 17:00")
    assert office.business_day(friday, 1, cutoff=time(15)).closes == local("2026-02-17 17:00")
    assert office.business_day(friday, 0, cutoff=time(15)).closes == local("2026-02-16 17:00")
    assert office.business_day(local("2026-02-14 15:00"), 1, cutoff=time(15)).closes == local("2026-02-16 17:00")


def test_the_cutoff_may_be_the_closing_of_the_day() -> None:
    office = opening_hours(OFFICE)
    assert office.business_day(local("2026-02-13 16:59"), 1, cutoff="closing").closes == local("2026-02-16 17:00")
    assert office.business_day(local("2026-02-13 17:00"), 1, cutoff="closing").closes == local("2026-02-17 17:00")


def test_the_same_business_day_is_today_while_it_lasts() -> None:
    office = opening_hours(OFFICE)
    assert office.business_day(local("2026-02-13 06:00"), 0).closes == local("2026-02-13 17:00")
    assert office.business_day(local("2026-02-13 16:59"), 0).closes == local("2026-02-13 17:00")
    assert office.business_day(local("2026-02-13 17:00"), 0).closes == local("2026-02-16 17:00")
    assert office.business_day(local("2026-02-14 12:00"), 0).closes == local("2026-02-16 17:00")


def test_the_day_of_receipt_may_count_as_the_first() -> None:
    office = opening_hours(OFFICE)
    assert office.business_day(local("2026-02-10 10:00"), 5, receipt_counts=True).closes == local("2026-02-16 17:00")
    assert office.business_day(local("2026-02-10 10:00"), 1, receipt_counts=True).closes == local("2026-02-10 17:00")
    assert office.business_day(local("2026-02-10 18:00"), 1, receipt_counts=True).closes == local("2026-02-11 17:00")
    assert office.business_day(local("2026-02-14 10:00"), 1, receipt_counts=True).closes == local("2026-02-16 17:00")


def test_business_days_between_two_instants_leave_out_the_first_date() -> None:
    office = opening_hours(OFFICE, closed=SOUTH_AFRICA_2026)
    assert office.business_days_between(local("2026-12-23 10:00"), local("2026-12-28 17:00")) == 2
    assert office.business_days_between(local("2026-12-25 10:00"), local("2026-12-27 17:00")) == 0


def test_every_date_is_a_business_day_where_it_is_always_open() -> None:
    always = AlwaysOpen("always", "America/Toronto")
    day = always.business_day(local("2026-03-06 23:00", "America/Toronto"), 2)
    assert (day.opens, day.closes) == (
        local("2026-03-08 00:00", "America/Toronto"),
        local("2026-03-09 00:00", "America/Toronto"),
    )
    assert day.closes - day.opens == 23 * HOUR
    received = local("2026-03-06 17:00", "America/Toronto")
    assert always.business_day(received, 0).date == date(2026, 3, 6)
    assert always.business_day(received, 1, cutoff=time(17)).date == date(2026, 3, 8)
    assert always.business_day(received, 1, receipt_counts=True).date == date(2026, 3, 6)
    assert always.business_day(received, 0, receipt_counts=True).date == date(2026, 3, 6)
    assert always.business_days_between(received, day.closes) == 3


# ── clocks that are put forward and back ─────────────────────────────────────


def test_an_opening_in_the_skipped_hour_moves_to_its_end() -> None:
    early = opening_hours(on_days(range(7), ("02:15", "06:00")), "America/Toronto")
    assert early.next_opening(local("2026-03-08 00:00", "America/Toronto")) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert early.add(local("2026-03-08 00:00", "America/Toronto"), HOUR) == local("2026-03-08 04:00", "America/Toronto")


def test_an_interval_within_the_skipped_hour_is_none_that_day() -> None:
    small = opening_hours(on_days(range(7), ("02:15", "02:45")), "America/Toronto")
    assert small.next_opening(local("2026-03-08 00:00", "America/Toronto")) == local(
        "2026-03-09 02:15", "America/Toronto"
    )
    assert small.business_day(local("2026-03-07 12:00", "America/Toronto"), 1).date == date(2026, 3, 9)


def test_an_hour_shown_twice_opens_with_the_first_and_closes_with_the_second() -> None:
    toronto = "America/Toronto"
    early = opening_hours(on_days(range(7), ("01:30", "06:00")), toronto)
    late = opening_hours(on_days(range(7), ("00:00", "01:30")), toronto)
    assert early.next_opening(local("2026-11-01 00:00", toronto)) == local("2026-11-01 01:30", toronto, fold=0)
    assert late.next_closing(local("2026-11-01 00:00", toronto)) == local("2026-11-01 01:30", toronto, fold=1)
    assert late.elapsed(local("2026-11-01 00:00", toronto), local("2026-11-01 12:00", toronto)) == 2.5 * HOUR


def test_intervals_that_meet_in_the_hour_shown_twice_count_it_once() -> None:
    toronto = "America/Toronto"
    split = opening_hours(on_days(range(7), ("00:30", "01:15"), ("01:30", "02:00")), toronto)
    assert split.elapsed(local("2026-11-01 00:00", toronto), local("2026-11-01 12:00", toronto)) == 2.5 * HOUR
    assert split.elapsed(local("2026-11-02 00:00", toronto), local("2026-11-02 12:00", toronto)) == 1.25 * HOUR


def test_a_midnight_that_does_not_exist_joins_the_days_all_the_same() -> None:
    sao_paulo = "America/Sao_Paulo"
    weekend = opening_hours(
        on_days([5, 6], ("00:00", "24:00")), sao_paulo, first=date(2018, 1, 1), last=date(2018, 12, 31)
    )
    window = weekend.window(local("2018-11-01 12:00", sao_paulo))
    assert window.closes is not None
    assert window.closes - window.opens == 47 * HOUR


def test_a_date_that_a_zone_skips_is_no_business_day() -> None:
    apia = opening_hours(
        on_days(range(7), ("09:00", "17:00")), "Pacific/Apia", first=date(2011, 12, 1), last=date(2012, 1, 31)
    )
    assert apia.business_day(local("2011-12-29 10:00", "Pacific/Apia"), 1).date == date(2011, 12, 31)
    assert apia.add(local("2011-12-29 16:00", "Pacific/Apia"), 2 * HOUR) == local("2011-12-31 10:00", "Pacific/Apia")


# ── the horizon ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "question",
    [
        lambda c, at: c.is_open(at),
        lambda c, at: c.next_opening(at),
        lambda c, at: c.next_closing(at),
        lambda c, at: c.add(at, HOUR),
        lambda c, at: c.add(at, 0 * HOUR),
        lambda c, at: c.subtract(at, HOUR),
        lambda c, at: c.subtract(at, 0 * HOUR),
        lambda c, at: c.elapsed(at, at),
        lambda c, at: c.business_day(at, 1),
        lambda c, at: c.business_days_between(at, at),
    ],
)
@pytest.mark.parametrize("at", ["2024-12-31 23:59", "2032-01-01 00:01"])
def test_nothing_is_answered_beyond_the_known_dates(question: Callable[[Calendar, datetime], Any], at: str) -> None:
    with pytest.raises(CalendarHorizonExceeded, match="'office' is known from 2025-01-01 to 2031-12-31"):
        question(opening_hours(OFFICE), local(at))


def test_an_answer_beyond_the_known_dates_is_refused_too() -> None:
    office = opening_hours(OFFICE, last=date(2026, 12, 31))
    thursday = local("2026-12-31 16:00")
    assert office.add(thursday, HOUR) == local("2026-12-31 17:00")
    for question in (
        lambda: office.add(thursday, HOUR + MINUTE),
        lambda: office.next_opening(local("2026-12-31 17:00")),
        lambda: office.business_day(thursday, 1),
        lambda: office.business_day(local("2026-12-31 17:00"), 0),
        lambda: office.subtract(local("2025-01-01 09:00"), HOUR),
    ):
        with pytest.raises(CalendarHorizonExceeded):
            question()


def test_the_known_dates_reach_from_their_first_midnight_to_their_last() -> None:
    night = opening_hours(NIGHT, last=date(2026, 12, 31))
    first, last = local("2025-01-01 00:00"), local("2027-01-01 00:00")
    assert night.is_open(first)
    assert night.add(first, 7 * HOUR) == local("2025-01-01 07:00")
    assert night.elapsed(local("2026-12-31 22:00"), last) == 2 * HOUR
    with pytest.raises(CalendarHorizonExceeded):
        night.is_open(last)


def test_hours_may_be_written_to_the_second() -> None:
    short = opening_hours(on_days(range(7), ("09:00:30", "09:01")))
    assert short.next_opening(local("2026-02-10 09:00")) == local("2026-02-10 09:00:30")
    assert repr(short) == "BusinessCalendar('office', 'Africa/Johannesburg')"


def test_a_window_that_may_go_on_beyond_the_known_dates_has_no_known_end() -> None:
    weekend = opening_hours(on_days([5, 6], ("00:00", "24:00")), last=date(2026, 5, 9))
    with pytest.raises(CalendarHorizonExceeded):
        weekend.next_closing(local("2026-05-09 12:00"))


def test_always_open_has_no_horizon() -> None:
    far = datetime(2500, 1, 1, tzinfo=UTC)
    assert ALWAYS.add(far, HOUR) == far + HOUR
    assert ALWAYS.subtract(far, HOUR) == far - HOUR
    assert ALWAYS.is_open(far)
    assert ALWAYS.next_opening(far) == far
    assert ALWAYS.next_closing(far) is None


def test_always_but_for_holidays_is_closed_on_them() -> None:
    calendar = opening_hours(None, closed=[date(2026, 12, 25)])
    assert calendar.add(local("2026-12-24 23:00"), 2 * HOUR) == local("2026-12-26 01:00")


@pytest.mark.parametrize("calendar", [ALWAYS, opening_hours(OFFICE)])
def test_a_negative_duration_is_a_mistake(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="never negative"):
        calendar.add(local("2026-02-10 10:00"), -HOUR)
    with pytest.raises(ValueError, match="never negative"):
        calendar.subtract(local("2026-02-10 10:00"), -HOUR)


@pytest.mark.parametrize(
    "hours",
    [[("09:00", "09:00")], [("17:00", "09:00")], [("09:00", "24:01")], [("09:00", "12:00"), ("11:59", "13:00")]],
)
def test_intervals_that_overlap_or_leave_the_day_are_refused(hours: list[WrittenInterval]) -> None:
    with pytest.raises(ValueError, match="overlap, are empty or leave the day"):
        opening_hours({0: hours})
