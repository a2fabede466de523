"""Facts as they are stated."""

from datetime import UTC, datetime, timedelta

import pytest

from app.policy.decide import decide
from app.policy.language.stating import duration, instant, misstated
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

NAMES = harbour().names


@pytest.mark.parametrize(
    ("facts", "place", "words"),
    [
        ({"colour": "red"}, "colour", "No fact is called"),
        ({"claimed_colour": "red"}, "claimed_colour", "No fact is called"),
        ({"down": "yes"}, "down", "true or false"),
        ({"users_affected": "many"}, "users_affected", "a whole number"),
        ({"users_affected": True}, "users_affected", "a whole number"),
        ({"cause": "providr"}, "cause", "can never be"),
        ({"topic": "email.eror"}, "topic", "no topic"),
        ({"occurred_at": "yesterday"}, "occurred_at", "an instant"),
        ({"occurred_at": "2026-02-10T09:00:00"}, "occurred_at", "an instant"),
    ],
)
def test_a_fact_that_is_not_known_or_does_not_fit_is_named(facts: dict[str, object], place: str, words: str) -> None:
    (flaw,) = misstated(NAMES, facts)
    assert flaw.steps == (place,)
    assert words in flaw.message
    assert flaw.code == (
        "unknown_fact"
        if "called" in words
        else {"cause": "unknown_value", "topic": "unknown_topic"}.get(place, "wrong_type")
    )


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"cause": None, "error_message": None},
        {"claimed_cause": "whatever they say"},
        {"confirmed": True},
        {"down": True, "users_affected": 3, "cause": "provider", "topic": "email.error"},
        {"occurred_at": "2026-02-10T09:00:00+01:00"},
    ],
)
def test_what_fits_is_left_alone(facts: dict[str, object]) -> None:
    assert misstated(NAMES, facts) == []


def test_every_fault_is_told_at_once() -> None:
    assert len(misstated(NAMES, {"colour": 1, "down": 1, "scope": "huge"})) == 3


def test_times_are_read_where_they_are_complete_and_unknown_otherwise() -> None:
    assert instant("2026-02-10T09:00:00+01:00") == datetime(2026, 2, 10, 8, tzinfo=UTC)
    assert instant("2026-02-10T09:00:00") is None
    assert instant("soon") is None
    assert duration("PT90M") == timedelta(minutes=90)
    assert duration("90 minutes") is None


@pytest.mark.parametrize(("hours", "priority"), [(1, "usual"), (3, "urgent")])
def test_a_rule_may_ask_how_long_ago_a_stated_instant_was(hours: int, priority: str) -> None:
    old = {"topic": None, "age": {"of": "occurred_at", "gte": "PT2H"}}
    old_is_urgent = harbour({"rules": {"outages_first": {"when": old}}})
    at = (NOON - timedelta(hours=hours)).isoformat()
    request = Request(sender=OWNER, facts={"topic": "email.error", "occurred_at": at})
    decision = decide(old_is_urgent, request, Situation(account=QUAY, account_named=True), NOON)
    assert decision.priority == priority
