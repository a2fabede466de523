"""Prices in parts, in steps and in several currencies."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.money.fees import Job, Price, price
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour(
    {
        "facts": {"miles": {"type": "int", "asserted_by": ["staff"]}},
        "fees": {
            "stepped": {
                "kind": "steps",
                "steps": [
                    {"up_to": "PT30M", "amount": "95.00"},
                    {"up_to": "PT60M", "amount": "120.00"},
                    {"up_to": "PT240M", "amount": "100.00", "per": "PT60M"},
                ],
                "grace": "PT5M",
            },
            "visit": {
                "kind": "fixed",
                "parts": [
                    {"text": "Call-out", "amount": "50.00"},
                    {"text": "Miles", "amount": "0.70", "count": "miles"},
                ],
            },
            "rescue": {
                "kind": "fixed",
                "amount": "80.00",
                "amounts": {"JPY": "13000", "KWD": "27.500"},
                "tax": "included",
            },
            "abroad": {"kind": "hourly", "amount": "90", "currency": "USD", "per": "PT60M", "consent": "required"},
        },
        "coverage": {"1": {"fee": "rescue"}},
    }
)


def job(minutes: int | None, currency: str = "GBP", **facts: object) -> Job:
    return Job(minutes, datetime(2026, 2, 10, 12, tzinfo=UTC), currency, "en", facts, POLICY.calendar)


def of(slug: str, minutes: int | None = None, currency: str = "GBP", **facts: object) -> Price:
    return price(POLICY.fee(slug), slug, job(minutes, currency, **facts))


@pytest.mark.parametrize(
    ("minutes", "amount"),
    [(5, "0"), (6, "95"), (30, "95"), (31, "120"), (60, "120"), (61, "220"), (121, "320"), (240, "420"), (241, None)],
)
def test_steps_reach_to_their_ends_and_nothing_is_known_beyond_the_last(minutes: int, amount: str | None) -> None:
    assert of("stepped", minutes).amount == (None if amount is None else Decimal(amount))
    assert of("stepped", minutes).kind == ("quote" if amount is None else "steps")


@given(st.integers(0, 239))
def test_longer_work_never_costs_less(minutes: int) -> None:
    shorter, longer = of("stepped", minutes).amount, of("stepped", minutes + 1).amount
    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


def test_parts_are_added_each_on_a_line_of_its_own() -> None:
    found = of("visit", miles=30)
    assert [(line.text, line.quantity, line.amount) for line in found.lines] == [
        ("Call-out", "1", Decimal("50.00")),
        ("Miles", "30", Decimal("21.00")),
    ]
    assert found.amount == Decimal("71.00")


@pytest.mark.parametrize("miles", [None, -1, 10**12])
def test_what_nobody_has_counted_or_somebody_miscounted_has_no_price_yet(miles: int | None) -> None:
    assert of("visit", miles=miles).amount is None


@pytest.mark.parametrize(("currency", "amount"), [("GBP", "80.00"), ("JPY", "13000"), ("KWD", "27.500")])
def test_a_price_is_shown_in_the_currency_of_the_customer_with_its_minor_units(currency: str, amount: str) -> None:
    assert str(of("rescue", currency=currency).amount) == amount


def decided(**facts: object) -> Decision:
    request = Request(sender=OWNER, facts={"topic": "code.development", **facts}, estimated_minutes=30)
    return decide(POLICY, request, Situation(account=QUAY, account_named=True, ticket=True), NOON)


def test_the_decision_names_currency_and_tax() -> None:
    fee = decided(currency="KWD").fee
    assert fee is not None
    assert (fee.amount, fee.currency, fee.tax) == (Decimal("27.500"), "KWD", "included")


def test_a_currency_in_which_there_is_no_price_leaves_the_policys() -> None:
    fee = decided(currency="NOK").fee
    assert fee is not None
    assert (fee.amount, fee.currency) == (Decimal("80.00"), "GBP")


def test_a_tariff_can_have_a_currency_of_its_own() -> None:
    policy = harbour({"fees": {"development": {"currency": "USD"}}})
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=30)
    fee = decide(policy, request, Situation(account=QUAY, account_named=True, ticket=True), NOON).fee
    assert fee is not None
    assert (fee.amount, fee.currency) == (Decimal("30.00"), "USD")


@given(st.integers(0, 10_000), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_the_sum_of_the_lines_is_the_total(miles: int, currency: str) -> None:
    for found in (of("visit", miles=miles), of("rescue", currency=currency)):
        assert found.amount == sum((line.amount for line in found.lines), Decimal(0))
