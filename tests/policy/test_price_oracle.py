"""Prices against somebody who counts in whole pennies and fractions of them, and knows nothing of ours."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.policy.language.prices import Fee
from app.policy.money.fees import Job, price
from tests.policy.harbour import harbour

AT = datetime(2026, 2, 10, 12, tzinfo=UTC)
CALENDAR = harbour().calendar
DIGITS = {"GBP": 2, "JPY": 0, "KWD": 3}
Tariff = dict[str, Any]


# ── tariffs ──────────────────────────────────────────────────────────────────
AMOUNTS = st.integers(1, 99_999).map(lambda pennies: f"{Decimal(pennies) / 100:.2f}")
LENGTHS = st.sampled_from([1, 5, 15, 20, 30, 60, 90])
PARTS = st.lists(
    st.fixed_dictionaries({"amount": AMOUNTS}, optional={"count": st.just("miles")}).map(
        lambda part: {"text": "More", "clauses": ["HAR-7"], **part}
    ),
    max_size=2,
)
TIMED = {"minimum": LENGTHS, "block": LENGTHS, "grace": LENGTHS}


@st.composite
def steps(draw: st.DrawFn) -> Tariff:
    """Each reaches farther than the one before; the last may reach for ever."""
    ends = draw(st.lists(st.integers(1, 120), min_size=1, max_size=3, unique=True).map(sorted))
    reaching: list[int | None] = [*ends[:-1], draw(st.sampled_from([ends[-1], None]))]
    rows = [
        {"amount": draw(AMOUNTS), "up_to": end, **({"per": draw(LENGTHS)} if draw(st.booleans()) else {})}
        for end in reaching
    ]
    return {"kind": "steps", "steps": rows}


TARIFFS: st.SearchStrategy[Tariff] = st.tuples(
    st.one_of(
        st.fixed_dictionaries({"kind": st.just("fixed"), "amount": AMOUNTS}),
        st.fixed_dictionaries({"kind": st.just("hourly"), "amount": AMOUNTS, "per": LENGTHS}, optional=TIMED),
        st.fixed_dictionaries(
            {
                "kind": st.just("flat_until"),
                "amount": AMOUNTS,
                "threshold": LENGTHS,
                "threshold_inclusive": st.booleans(),
            }
        ),
        steps(),
    ),
    PARTS,
).map(lambda drawn: {**drawn[0], "parts": drawn[1]})


def written(tariff: Tariff) -> Fee:
    """As a policy says it."""
    lengths = ("per", "minimum", "block", "grace", "threshold", "up_to")

    def said(part: Tariff) -> Tariff:
        return {k: f"PT{v}M" if k in lengths and v is not None else v for k, v in part.items()}

    return Fee.model_validate({**said(tariff), "steps": [said(step) for step in tariff.get("steps", ())]})


# ── the slow way ─────────────────────────────────────────────────────────────
def in_smallest_units(amount: Fraction, currency: str) -> int:
    return floor(amount * Fraction(10) ** DIGITS[currency] + Fraction(1, 2))


def counted(tariff: Tariff, minutes: int) -> int:
    """Minute by minute, until the least and a whole block are full."""
    if "grace" in tariff and minutes <= tariff["grace"]:
        return 0
    while minutes < tariff.get("minimum", 0) or minutes % tariff.get("block", 1):
        minutes += 1
    return minutes


def of_steps(tariff: Tariff, minutes: int) -> Fraction | None:
    """Somebody walks through the job: each minute lies in a step, and begins a span of it or goes on with one."""
    if minutes == 0:
        return Fraction(0)
    total, before, rows = Fraction(0), 0, iter(tariff["steps"])
    step: Tariff = next(rows)
    spans = set[int]()
    total = Fraction(step["amount"]) if "per" not in step else total
    for minute in range(1, minutes + 1):
        if step["up_to"] is not None and minute > step["up_to"]:
            before, spans = step["up_to"], set()
            step = next(rows, {})
            if not step:
                return None
            total = Fraction(step["amount"]) if "per" not in step else total
        if "per" in step and (span := (minute - before - 1) // step["per"]) not in spans:
            spans.add(span)
            total += Fraction(step["amount"])
    return total


def expected(tariff: Tariff, minutes: int, miles: int, currency: str) -> int | None:
    """In the currency's smallest unit; each line is rounded by itself, half up."""
    match tariff["kind"]:
        case "fixed":
            work: Fraction | None = Fraction(tariff["amount"])
        case "hourly":
            work = Fraction(tariff["amount"]) * counted(tariff, minutes) / tariff["per"]
        case "flat_until":
            within = minutes < tariff["threshold"] or (minutes == tariff["threshold"] and tariff["threshold_inclusive"])
            work = Fraction(tariff["amount"]) if within else None
        case _:
            work = of_steps(tariff, minutes)
    if work is None:
        return None
    more = [Fraction(part["amount"]) * (miles if "count" in part else 1) for part in tariff["parts"]]
    return sum(in_smallest_units(line, currency) for line in (work, *more))


@settings(max_examples=300, deadline=None)
@given(TARIFFS, st.integers(0, 300), st.integers(0, 500), st.sampled_from(sorted(DIGITS)))
@example({"kind": "hourly", "amount": "99.99", "per": 60, "parts": []}, 370, 0, "GBP")  # 616.605
def test_the_sum_of_the_lines_is_the_total_and_the_total_is_right(
    tariff: Tariff, minutes: int, miles: int, currency: str
) -> None:
    fee = written({**tariff, "currency": currency})
    found = price(fee, "work", Job(minutes, AT, currency, "en", {"miles": miles}, CALENDAR))
    wanted = expected(tariff, minutes, miles, currency)
    assert (found.amount is None) == (wanted is None)
    if found.amount is not None and wanted is not None:
        assert found.amount == Decimal(wanted).scaleb(-DIGITS[currency])
        assert found.amount == sum((line.amount for line in found.lines), Decimal(0))
