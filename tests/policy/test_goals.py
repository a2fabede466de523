"""Figures a provider has set itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.desk.goals import GoalReading, OpenTask, counted, goal_of, report
from app.policy.language.document import Goal
from tests.policy.harbour import NOON, harbour

POLICY = harbour()
BAND = Goal(metric="ratio", numerator="good", denominator="all", min="0.70", max="0.80", clauses=("HAR-9",))


def read(goal: Goal, **counts: int) -> GoalReading:
    return report(POLICY, goal, counts, None, NOON)


@pytest.mark.parametrize(
    ("good", "status", "met"),
    [(69, "below", False), (70, "within", True), (80, "within", True), (81, "above", True)],
)
def test_a_ratio_stands_below_within_or_above_its_band(good: int, status: str, met: bool) -> None:
    found = read(BAND, good=good, all=100)
    assert (found.status, found.met) == (status, met)
    assert found.value == Decimal(good) / 100


def test_a_ratio_has_four_digits_rounded_half_up() -> None:
    assert str(read(BAND, good=2, all=3).value) == "0.6667"
    assert str(read(BAND, good=1, all=1).value) == "1.0000"
    assert str(read(BAND, good=1, all=32).value) == "0.0313"  # 0.03125
    assert str(read(BAND, good=1, all=160).value) == "0.0063"  # 0.00625


@pytest.mark.parametrize("counts", [{"good": 0, "all": 0}, {"good": 3}, {"all": 3}, {}])
def test_without_data_nothing_is_said_about_a_goal(counts: dict[str, int]) -> None:
    found = read(BAND, **counts)
    assert (found.value, found.status, found.met) == (None, "no_data", None)


def test_a_reading_cites_the_clause_of_the_goal() -> None:
    assert [c.clause for c in read(BAND, good=1, all=1).citations] == ["HAR-9"]


def test_open_tickets_are_counted_and_those_unanswered_past_their_time_named() -> None:
    late, soon = NOON - timedelta(minutes=30), NOON + timedelta(minutes=30)
    tickets = [
        OpenTask(id="late", department="desk", due_at=late),
        OpenTask(id="answered", department="desk", due_at=late, responded=True),
        OpenTask(id="soon", department="desk", due_at=soon),
        OpenTask(id="due now", department="desk", due_at=NOON),
        OpenTask(id="nobody's", due_at=soon),
        OpenTask(id="timeless", department="desk"),
        OpenTask(id="forgotten"),
    ]
    goal = goal_of(POLICY, "tickets_without_owner_or_due")
    assert goal is not None
    found = report(POLICY, goal, {}, tickets, NOON)
    assert (found.value, found.status, found.met) == (Decimal(1), "above", False)
    assert found.overdue == ("late",)
    assert counted(tickets, NOON) == {
        "tickets_open": 7,
        "tickets_without_owner": 2,
        "tickets_without_due": 2,
        "tickets_without_owner_or_due": 1,
        "tickets_overdue": 1,
    }


def test_no_open_ticket_is_none_left_lying_and_a_count_that_is_given_goes_before_what_is_counted() -> None:
    goal = goal_of(POLICY, "tickets_without_owner_or_due")
    assert goal is not None
    assert report(POLICY, goal, {}, None, NOON).status == "no_data"
    assert report(POLICY, goal, {}, (), NOON).met is True
    assert report(POLICY, goal, {"tickets_without_owner_or_due": 1}, (), NOON).met is False


def test_a_policy_without_the_goal_has_none() -> None:
    assert goal_of(POLICY, "unheard_of") is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_reading_never_contradicts_its_band(part: int, rest: int) -> None:
    found = read(BAND, good=part, all=part + rest)
    if found.value is None:
        assert part + rest == 0
    else:
        assert 0 <= found.value <= 1
        low, high = Decimal("0.70"), Decimal("0.80")
        assert found.status == ("below" if found.value < low else "above" if found.value > high else "within")
        assert found.met is (found.value >= low)
