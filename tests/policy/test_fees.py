"""Prices of work, and how much work an amount has paid for."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.policy.language.prices import Fee
from app.policy.money.fees import hourly_rate, paid_minutes

UNITS = st.sampled_from(["60.00", "85.00", "1.00", "99.99"])


def fee(**members: Any) -> Fee:
    return Fee.model_validate({"kind": "hourly", "amount": "60.00", "currency": "GBP", "per": "PT60M", **members})


@pytest.mark.parametrize(
    ("members", "paid", "minutes"),
    [
        ({}, "0", 0),
        ({}, "60.00", 60),
        ({}, "59.99", 59),
        ({"per": "PT15M"}, "60.00", 15),
        ({"amount": "85.00"}, "28.33", 20),  # a third of the hour, rounded down
        ({"kind": "flat_until", "threshold": "PT25M", "per": None}, "60.00", 25),
        ({"kind": "fixed", "per": None}, "60.00", None),
        ({"kind": "fixed"}, "60.00", None),
        ({"kind": "quote", "amount": None, "per": None}, "60.00", None),
        ({"bands": [{"calendar": "office", "times": "1.5"}]}, "60.00", None),
        ({"amount": None}, "60.00", None),
    ],
)
def test_an_amount_buys_minutes_where_the_tariff_goes_by_time_alone(
    members: dict[str, Any], paid: str, minutes: int | None
) -> None:
    assert paid_minutes(fee(**members), "GBP", Decimal(paid)) == minutes


@given(UNITS, st.integers(0, 600))
@example("99.99", 370)  # 616.605 is charged as 616.61
def test_who_pays_for_some_minutes_has_paid_for_them(unit: str, minutes: int) -> None:
    hourly = fee(amount=unit)
    paid = (Decimal(unit) * minutes / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert (paid_minutes(hourly, "GBP", paid) or 0) >= minutes


@given(UNITS, st.decimals(0, 500, places=2), st.decimals(0, 500, places=2))
def test_more_money_buys_no_less_time(unit: str, some: Decimal, more: Decimal) -> None:
    hourly = fee(amount=unit)
    assert (paid_minutes(hourly, "GBP", some) or 0) <= (paid_minutes(hourly, "GBP", some + more) or 0)


@pytest.mark.parametrize(("currency", "rate"), [("GBP", "21.43"), ("JPY", "21"), ("KWD", "21.429")])
def test_the_price_of_an_hour_is_told_in_what_the_currency_has(currency: str, rate: str) -> None:
    told = hourly_rate(fee(amount="25", currency=currency, per="PT70M"), currency)
    assert str(told) == rate
