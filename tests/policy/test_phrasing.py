"""Conditions, times and prices, said in words."""

from datetime import timedelta
from typing import Any

import pytest

from app.policy.language.calendars import Calendar
from app.policy.language.prices import Fee
from app.policy.language.promises import Target
from app.policy.language.rules import CoverageEntry
from app.policy.pages.phrasing import Phrasing
from tests.policy.harbour import harbour

POLICY = harbour(
    {
        "holidays": {"few": ["2026-01-01", "2026-12-25"]},
        "calendars": {
            "office": {
                "open": {"mon-wed": [["09:00", "12:30"], ["13:30", "17:00"]], "fri": [["09:00", "12:00"]]},
                "holidays": "few",
                "extra": ["2026-05-04"],
                "dated": {"2026-12-24": [["09:00", "11:00"]], "2026-12-31": []},
            },
            "feasts": {"holidays": "few", "on_holidays": [["10:00", "12:00"]]},
        },
    }
)
SAID = Phrasing(POLICY.document, "en")


# ── conditions ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, "always"),
        ({"topic": "web.error"}, "the topic is Site answers with an error"),
        (
            {"topic": ["web", "email"], "priority": "urgent"},
            "the topic is websites or e-mail and the priority is urgent",
        ),
        ({"any": [{"topic": "web"}, {"level": 2}]}, "(the topic is websites or the level is 2)"),
        ({"all": [{"topic": "web"}, {"level": 2}]}, "(the topic is websites and the level is 2)"),
        ({"not": {"topic": "web"}}, "not (the topic is websites)"),
        ({"age": {"of": "received_at", "gte": "PT4H"}}, "time since received is at least PT4H"),
        ({"until": {"of": "resolved", "lt": "P2D"}}, "time until resolved is less than P2D"),
        ({"users_affected": {"gt": 3, "lte": 10}}, "users affected is more than 3 and users affected is at most 10"),
        ({"confirmed": True}, "confirmed"),
        ({"confirmed": False}, "not confirmed"),
        ({"confirmed": {"not": True}}, "not confirmed"),
        ({"confirmed": {"not": False}}, "confirmed"),
        ({"cause": {"not": "provider"}}, "the cause is not ours"),
        ({"cause": {"exists": True}}, "the cause is known"),
        ({"cause": {"exists": False}}, "the cause is not known"),
        ({"cause": None}, "the cause is —"),
    ],
)
def test_a_condition_is_said_as_a_sentence_would_say_it(condition: dict[str, Any], words: str) -> None:
    assert SAID.condition(condition) == words


@pytest.mark.parametrize(
    ("values", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_several_are_listed_as_people_list_them(values: list[str], words: str) -> None:
    assert SAID.listed(values) == words


# ── hours and times ──────────────────────────────────────────────────────────
def test_days_of_the_same_hours_are_said_together() -> None:
    calendars = POLICY.document.calendars
    assert SAID.hours(calendars["always"]) == "24×7"
    assert SAID.hours(calendars["office"]) == (
        "Mon–Wed 09:00–12:30, 13:30–17:00; Fri 09:00–12:00; 2026-12-24 09:00–11:00"
    )
    assert SAID.hours(calendars["feasts"]) == "public holidays (few) 10:00–12:00"


def test_hours_outside_others_hold_on_their_holidays_too() -> None:
    assert SAID.hours(Calendar(outside="office")).split("; ")[1:] == [
        "Thu 00:00–24:00",
        "Fri 00:00–09:00, 12:00–24:00",
        "Sat–Sun 00:00–24:00",
        "public holidays (few) 00:00–24:00",
    ]
    assert SAID.hours(Calendar(outside="feasts")).endswith("public holidays (few) 00:00–10:00, 12:00–24:00")


def test_days_off_are_said_beside_the_week() -> None:
    calendars = POLICY.document.calendars
    assert SAID.closed_on(calendars["office"]) == ["public holidays (few)", "2026-05-04", "2026-12-31"]
    assert SAID.closed_on(calendars["feasts"]) == []


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=30), "30 s"),
        (timedelta(seconds=90), "90 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=25), "25 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_length_is_said_in_its_largest_whole_unit(length: timedelta, words: str) -> None:
    assert SAID.duration(length) == words


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"kind": "elapsed", "max": "PT2H"}, "within 2 h"),
        ({"kind": "elapsed", "min": "PT1H", "max": "PT3H"}, "within 3 h (usually not before 1 h)"),
        ({"kind": "business", "max": "P2D", "calendar": "late_office"}, "within 2 days of “late office”"),
        ({"kind": "within_business_days", "n": 2, "calendar": "office"}, "within 2 business days"),
        (
            {"kind": "within_business_days", "n": 2, "receipt_counts": True, "calendar": "office"},
            "within 2 business days, the day of receipt included",
        ),
        (
            {"kind": "next_business_day", "due_at": "opening", "calendar": "office"},
            "on the next business day, by opening time",
        ),
        ({"kind": "negotiated"}, "as agreed each time"),
        ({"kind": "none"}, "no time is promised"),
    ],
)
def test_a_target_is_said_as_a_promise(members: dict[str, Any], words: str) -> None:
    assert SAID.target(Target.model_validate({"metric": "repair", **members})) == words


# ── money ────────────────────────────────────────────────────────────────────
STEPS = [{"up_to": "PT30M", "amount": "95.00"}, {"amount": "100.00", "per": "PT60M"}]
BANDS = [{"calendar": "late_hours", "times": "1.5"}, {"calendar": "night", "amount": "90.00"}]
OPEN: dict[str, Any] = {"amount": None}


def fee(**members: Any) -> Fee:
    return Fee.model_validate({"kind": "fixed", "amount": "60.00", **members})


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "60.00 GBP"),
        ({"currency": "EUR", "amount": "0.125"}, "0.125 EUR"),
        ({"kind": "hourly", "per": "PT60M"}, "60.00 GBP per 1 h"),
        ({"kind": "flat_until", "threshold": "PT25M"}, "60.00 GBP up to 25 min"),
        ({"kind": "quote", **OPEN}, "by quote"),
        ({"kind": "contract", **OPEN}, "as your contract says"),
        ({"kind": "overtime"}, "overtime; 60.00 GBP"),
        ({"kind": "overtime", **OPEN}, "overtime"),
        ({"kind": "steps", "steps": STEPS, **OPEN}, "95.00 GBP up to 30 min; 100.00 GBP per 1 h"),
        ({"parts": [{"text": "Call-out", "amount": "50.00"}], **OPEN}, "Call-out 50.00 GBP"),
        ({"amounts": {"JPY": "13000", "KWD": "27.500"}}, "60.00 GBP; 13000 JPY; 27.500 KWD"),
        (
            {"kind": "hourly", "per": "PT60M", "bands": BANDS},
            "60.00 GBP per 1 h; 1.5 times the price in “late hours”; 90.00 GBP in “night”",
        ),
    ],
)
def test_a_price_is_said_with_all_its_parts(members: dict[str, Any], words: str) -> None:
    assert SAID.fee(fee(**members)) == words


@pytest.mark.parametrize(
    ("members", "terms"),
    [
        ({}, 0),
        ({"minimum": "PT30M"}, 1),
        ({"minimum": "PT30M", "block": "PT15M"}, 2),
        ({"consent": "required", "payment": {"timing": "prepay"}, "indicative": True}, 3),
    ],
)
def test_the_terms_of_a_price_are_said_one_by_one(members: dict[str, Any], terms: int) -> None:
    said = SAID.terms(fee(**members))
    assert len([term for term in said.split("; ") if term]) == terms
    assert ("30 min" in said) is ("minimum" in members)
    assert ("15 min" in said) is ("block" in members)


def test_coverage_is_said_with_its_price_and_how_strictly() -> None:
    def said(**members: Any) -> str:
        return SAID.coverage(CoverageEntry.model_validate({"topics": ["web"], **members}))

    covered = said(status="covered")
    assert said(status="covered", strict=True).startswith(f"{covered}, ")
    assert said(status="billable", fee="development").endswith(" (development)")
