"""Work at the time that the customer asked for: with notice, long enough, in the policy's hours."""

from datetime import UTC, datetime, timedelta

import pytest

from app.policy.language.effects import Schedule
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.stages.scheduling import window_for
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, harbour

POLICY = harbour(
    {
        "facts": {"wished_start": {"type": "instant", "asserted_by": ["customer"]}},
        "calendars": {"office": {"open": {"mon-fri": [["09:00", "12:00"], ["13:00", "17:00"]]}}},
        "rules": {
            "wish": {
                "stage": "schedule",
                "when": {"wished_start": {"exists": True}},
                "then": [
                    {
                        "do": "schedule",
                        "calendar": "office",
                        "window": "wished_start",
                        "notice": "PT24H",
                        "min_length": "PT90M",
                        "retry": False,
                    }
                ],
                "clauses": ["HAR-8"],
            }
        },
    }
)
OFFICE = POLICY.calendar("office")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def terms(*, retry: bool = True) -> Schedule:
    return Schedule.model_validate(
        {"do": "schedule", "calendar": "office", "notice": "PT24H", "min_length": "PT90M", "retry": retry}
    )


@pytest.mark.parametrize(
    ("wished", "kept", "otherwise"),
    [
        ("2026-02-12T10:00", True, "2026-02-12T10:00"),
        ("2026-02-11T12:00", False, "2026-02-11T13:00"),  # 24 hours from Tuesday noon, but at lunch
        ("2026-02-11T11:00", False, "2026-02-11T13:00"),  # too short a notice
        ("2026-02-12T11:00", False, "2026-02-12T13:00"),  # an hour before lunch is too short
        ("2026-02-12T15:30", True, "2026-02-12T15:30"),
        ("2026-02-12T15:31", False, "2026-02-13T09:00"),
        ("2026-02-14T10:00", False, "2026-02-16T09:00"),  # a Saturday
    ],
)
def test_a_wish_is_kept_where_it_can_be_and_else_the_next_window_taken(wished: str, kept: bool, otherwise: str) -> None:
    found = window_for(OFFICE, terms(), NOON, at(wished))
    assert found is not None
    assert found.opens == at(otherwise)
    strictly = window_for(OFFICE, terms(retry=False), NOON, at(wished))
    assert (strictly is not None) is kept


def test_without_a_wish_it_is_the_next_window_after_the_notice() -> None:
    found = window_for(OFFICE, terms(), NOON, None)
    assert found is not None
    assert (found.opens, found.closes) == (at("2026-02-11T13:00"), at("2026-02-11T17:00"))


def scheduled(wished: str) -> tuple[str, str | None, datetime | None]:
    desk = Desk(account=QUAY, account_named=True)
    facts = {"topic": "email.error", "wished_start": wished}
    ticket = open_ticket(POLICY, Request(sender=OWNER, facts=facts), desk, NOON, id_="t").ticket
    decision, after = apply(POLICY, ticket, Transition(verb="schedule", by=STAFF), desk, NOON + timedelta(hours=1))
    return decision.outcome.value, after.status.value, decision.schedule.from_ if decision.schedule else None


def test_staff_put_the_work_into_the_wished_window() -> None:
    assert scheduled("2026-02-12T10:00:00+00:00") == ("accepted", "scheduled", at("2026-02-12T10:00"))


def test_a_wish_that_cannot_be_kept_is_left_to_staff() -> None:
    assert scheduled("2026-02-14T10:00:00+00:00")[0] == "refused"
