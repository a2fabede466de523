"""Calendars as documents write them: hours outside another, holidays that are hours, the zone of the customer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.compiled.timetable import Timetable
from app.policy.time.calendars import AlwaysOpen, CalendarHorizonExceeded
from tests.policy.harbour import NOON, harbour

PATCH = {
    "holidays": {"few": ["2026-01-01", "2026-05-01", "2026-12-25"]},
    "calendars": {
        "office": {
            "open": {"mon-fri": [["09:00", "12:30"], ["13:30", "18:00"]]},
            "holidays": "few",
            "dated": {"2026-12-24": [["09:00", "12:00"]], "2026-02-14": [["10:00", "14:00"]]},
        },
        "closed": {"outside": "office"},
        "feasts": {"holidays": "few", "on_holidays": [["00:00", "24:00"]]},
        "all_but_feasts": {"open": "always", "holidays": "few"},
        "thursdays": {"dated": {"2026-01-08": [["20:00", "24:00"]], "2026-02-12": [["20:00", "24:00"]]}},
        "night": {"tz": "account", "open": {"mon-sun": [["22:00", "24:00"], ["00:00", "06:00"]]}},
    },
}
POLICY = harbour(PATCH)
TIMETABLE: Timetable = POLICY.timetable


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(st.integers(0, 366 * 24 * 60 - 1))
def test_every_minute_lies_either_in_a_calendar_or_outside_it(minute: int) -> None:
    moment = at("2026-01-01") + timedelta(minutes=minute)
    if moment.year == 2026:
        assert TIMETABLE.calendar("office").is_open(moment) is not TIMETABLE.calendar("closed").is_open(moment)


def test_a_half_day_and_an_opened_saturday_have_hours_of_their_own() -> None:
    office = TIMETABLE.calendar("office")
    assert office.is_open(at("2026-12-24T10:00"))
    assert not office.is_open(at("2026-12-24T14:00"))
    assert office.is_open(at("2026-02-14T10:30"))


def test_holidays_are_a_calendar_too() -> None:
    feasts = TIMETABLE.calendar("feasts")
    assert feasts.is_open(at("2026-12-25T03:00"))
    assert not feasts.is_open(at("2026-12-26T03:00"))


def test_a_calendar_that_is_always_open_can_still_close_on_holidays() -> None:
    assert not TIMETABLE.calendar("all_but_feasts").is_open(at("2026-05-01T11:00"))
    assert TIMETABLE.calendar("all_but_feasts").is_open(at("2026-05-02T23:59"))
    assert isinstance(TIMETABLE.calendar("always"), AlwaysOpen)


@pytest.mark.parametrize("slug", ["office", "closed", "feasts", "all_but_feasts"])
def test_what_goes_by_holidays_ends_with_the_years_they_are_known_for(slug: str) -> None:
    assert TIMETABLE.calendar(slug).is_open(at("2026-06-02T10:00")) is (slug in ("office", "all_but_feasts"))
    for year in (2025, 2027):
        with pytest.raises(CalendarHorizonExceeded):
            TIMETABLE.calendar(slug).is_open(at(f"{year}-06-02T10:00"))


def test_single_dates_make_a_calendar() -> None:
    window = TIMETABLE.calendar("thursdays").window(at("2026-01-20"))
    assert (window.opens, window.closes) == (at("2026-02-12T20:00"), at("2026-02-13T00:00"))


@pytest.mark.parametrize(
    ("zone", "opens"),
    [("Asia/Tokyo", "2026-02-10T13:00"), ("America/New_York", "2026-02-11T03:00"), (None, "2026-02-10T22:00")],
)
def test_a_calendar_can_go_by_the_zone_of_the_customer(zone: str | None, opens: str) -> None:
    assert TIMETABLE.calendar("night", zone).next_opening(NOON) == at(opens)


def test_a_zone_that_is_none_leaves_the_calendar_in_the_zone_of_the_policy() -> None:
    assert TIMETABLE.calendar("night", "Nowhere/Land").next_opening(NOON) == at("2026-02-10T22:00")


def test_conditions_and_clocks_go_by_the_zone_of_the_customer() -> None:
    night = POLICY.condition({"received_at": {"in": "night"}})
    moment = {"received_at": at("2026-02-10T14:00")}
    assert night.holds({**moment, "timezone": "Asia/Tokyo"})
    assert not night.holds(moment)
    assert not night.holds({"timezone": "Asia/Tokyo"})
