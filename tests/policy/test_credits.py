"""What misses oblige to: by how late, by how often, by availability; never for one that is excused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.desk.credits import CreditDue, Miss, credits_due, share_of_misses, share_of_steps
from app.policy.language.promises import Credit, CreditStep
from tests.policy.harbour import NOON, harbour

PATCH: dict[str, Any] = {
    "facts": {"monthly_fee": {"type": "money", "asserted_by": ["contract"]}},
    "targets": {
        "urgent_answer": {
            "metric": "first_response",
            "when": {"priority": "urgent"},
            "kind": "elapsed",
            "max": "PT15M",
            "liability": {"credit": {"of": "monthly_fee", "rate": "0.02", "per": "PT1H", "cap": "0.20"}},
            "clauses": ["HAR-15"],
        }
    },
    "credits": [
        {
            "id": "often",
            "period": "month",
            "count": "breaches",
            "steps": [{"at_least": 3, "credit": "0.05"}, {"at_least": 5, "credit": "0.15"}],
            "clauses": ["HAR-15"],
        },
        {
            "id": "uptime",
            "period": "month",
            "count": "availability",
            "steps": [
                {"at_least": "99.9", "credit": "0"},
                {"at_least": "99.0", "credit": "0.10"},
                {"at_least": 0, "credit": "0.25"},
            ],
            "clauses": ["HAR-15"],
        },
    ],
}
POLICY = harbour(PATCH)
FEE = {"monthly_fee": "49.90"}


def miss(hours: float, day: int = 3, **more: Any) -> Miss:
    due = datetime(2026, 2, day, 9, tzinfo=UTC)
    return Miss(metric="first_response", at=due, late=timedelta(hours=hours), **more)


def due(*misses: Miss, availability: str | None = None, fee: dict[str, Any] = FEE) -> list[CreditDue]:
    known = Decimal(availability) if availability else None
    return list(credits_due(POLICY, misses, fee, NOON, known).credits)


def credit(**members: Any) -> Credit:
    return Credit.model_validate({"of": "monthly_fee", "rate": "0.02", **members})


def test_each_full_hour_late_gives_back_a_share_of_the_fee() -> None:
    assert [(c.source, c.share, c.amount) for c in due(miss(2.9))] == [
        ("urgent_answer", Decimal("0.04"), Decimal("2.00"))
    ]


def test_less_than_an_hour_gives_nothing_unless_started_ones_count() -> None:
    assert due(miss(0.9)) == []
    assert share_of_misses(credit(per="PT1H", count="started"), [timedelta(minutes=1)]) == Decimal("0.02")


def test_what_is_given_back_has_a_cap_in_each_month() -> None:
    assert due(miss(9), miss(8))[0].share == Decimal("0.20")


def test_the_largest_alone_counts_where_the_policy_says_so() -> None:
    late = [timedelta(hours=2), timedelta(hours=5)]
    assert share_of_misses(credit(per="PT1H", combine="largest"), late) == Decimal("0.10")
    assert share_of_misses(credit(per="PT1H"), late) == Decimal("0.14")
    assert share_of_misses(credit(), late) == Decimal("0.04")


def test_an_excused_miss_obliges_to_nothing() -> None:
    assert due(miss(5, excused=True)) == []


def test_a_miss_of_another_target_or_month_does_not_count() -> None:
    assert due(miss(5, target="other")) == []
    assert due(Miss(metric="first_response", at=datetime(2026, 1, 31, 9, tzinfo=UTC), late=timedelta(hours=5))) == []


def test_a_month_begins_at_the_providers_midnight() -> None:
    far = harbour({"tz": "Pacific/Auckland", "facts": PATCH["facts"], "credits": PATCH["credits"]})
    begun = [datetime(2026, 1, 31, hour, tzinfo=UTC) for hour in (10, 11, 12)]  # midnight there is eleven here
    misses = [Miss(metric="first_response", at=instant, late=timedelta(hours=1)) for instant in begun]
    assert not credits_due(far, misses, FEE, NOON).credits
    assert credits_due(far, [*misses[1:], miss(1)], FEE, NOON).credits


YEARLY = harbour(
    {
        "facts": PATCH["facts"],
        "credits": [
            {
                "id": "yearly",
                "period": "year",
                "count": "breaches",
                "steps": [{"at_least": 2, "credit": "0.05"}],
                "clauses": ["HAR-15"],
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ((2026, 1, 5), (2026, 12, 30), "0.05"),  # both within one year
        ((2025, 12, 30), (2026, 1, 5), None),
        ((2026, 1, 5), (2025, 1, 5), None),
    ],
)
def test_a_year_begins_with_its_first_of_january(
    first: tuple[int, int, int], second: tuple[int, int, int], share: str | None
) -> None:
    late = timedelta(hours=1)
    misses = [Miss(metric="resolve", at=datetime(*day, 9, tzinfo=UTC), late=late) for day in (first, second)]
    for day in (first, second):
        found = credits_due(YEARLY, misses, FEE, datetime(*day, 12, tzinfo=UTC)).credits
        assert [str(credit.share) for credit in found] == ([share] if share else [])


def test_many_misses_reach_a_step() -> None:
    often = [c for c in due(*(miss(0.1, day) for day in range(1, 6))) if c.source == "often"]
    assert [(c.share, c.amount) for c in often] == [(Decimal("0.15"), Decimal("7.49"))]


@pytest.mark.parametrize(
    ("availability", "share"), [("99.95", None), ("99.9", None), ("99.89", "0.10"), ("98", "0.25")]
)
def test_little_availability_gives_more_back(availability: str, share: str | None) -> None:
    found = [c.share for c in due(availability=availability)]
    assert found == ([Decimal(share)] if share else [])


def test_a_fee_that_nobody_knows_leaves_the_amount_open() -> None:
    assert [(c.share, c.amount) for c in due(miss(2), fee={})] == [(Decimal("0.04"), None)]


def test_every_credit_rests_on_a_clause() -> None:
    assert {c.clause for c in credits_due(POLICY, [miss(2)], FEE, NOON).citations} == {"HAR-15"}


@given(st.lists(st.integers(0, 100_000), max_size=6), st.integers(0, 100_000))
def test_one_more_miss_never_gives_less(seconds: list[int], more: int) -> None:
    terms = credit(per="PT1H", cap="0.50")
    late = [timedelta(seconds=s) for s in seconds]
    before, after = share_of_misses(terms, late), share_of_misses(terms, [*late, timedelta(seconds=more)])
    assert before <= after <= Decimal("0.50")


@given(st.decimals(0, 100, places=2))
def test_the_furthest_step_that_is_reached_counts(value: Decimal) -> None:
    steps = [CreditStep(at_least=Decimal(n), credit=Decimal(n) / 100) for n in (40, 10, 20)]
    assert share_of_steps(steps, value) == max((Decimal(n) / 100 for n in (10, 20, 40) if n <= value), default=0)
