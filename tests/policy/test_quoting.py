"""The price of an estimate."""

from decimal import Decimal

import pytest

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.policy.desk.quoting import quote_by_facts, quote_by_tariff
from app.policy.situation import Request
from tests.policy.harbour import NOON, OWNER, QUAY, cites, harbour

POLICY = harbour()


def work(minutes: int, **facts: str) -> Request:
    return Request(facts=dict(facts), estimated_minutes=minutes)


@pytest.mark.parametrize(("minutes", "amount"), [(1, "30"), (30, "30"), (31, "60"), (60, "60"), (61, "90")])
def test_a_tariff_that_is_named_prices_the_minutes(minutes: int, amount: str) -> None:
    quoted = quote_by_tariff(POLICY, "development", work(minutes), None, NOON)
    assert quoted.fee is not None
    assert (quoted.fee.amount, quoted.fee.rule) == (Decimal(amount), "development")
    assert quoted.work_gate is WorkGate.AWAITING_PAYMENT
    assert cites(quoted, "HAR-7")


def test_a_tariff_that_staff_decide_about_is_priced_all_the_same_when_it_is_named() -> None:
    discreet = harbour({"fees": {"development": {"decision": "staff"}}})
    quoted = quote_by_tariff(discreet, "development", work(60), QUAY, NOON)
    assert quoted.fee is not None
    assert quoted.fee.amount == Decimal(60)


def test_overtime_has_no_price_but_the_contracts() -> None:
    overtime = harbour({"fees": {"late": {"kind": "overtime", "clauses": ["HAR-7"]}}})
    quoted = quote_by_tariff(overtime, "late", work(60), QUAY, NOON)
    assert quoted.fee is not None
    assert (quoted.fee.amount, quoted.fee.status) == (None, "may_apply")


def test_by_what_the_work_is_the_policy_finds_the_tariff() -> None:
    quoted = quote_by_facts(POLICY, work(45, topic="code.development"), QUAY, NOON)
    assert quoted.coverage is Coverage.BILLABLE
    assert quoted.fee is not None
    assert quoted.fee.amount == Decimal(60)


def test_work_that_is_covered_costs_nothing() -> None:
    quoted = quote_by_facts(POLICY, work(45, topic="email.error"), QUAY, NOON)
    assert quoted.fee is not None
    assert quoted.fee.amount == 0
    assert quoted.work_gate is WorkGate.OPEN


def test_an_action_that_takes_a_ticket_is_priced_as_if_there_were_one() -> None:
    closing = Request(sender=OWNER, action="cancel_service", facts={"confirmed": True})
    assert quote_by_facts(POLICY, closing, QUAY, NOON).outcome is Outcome.ACCEPTED


def test_the_operators_reading_is_the_price_and_is_told() -> None:
    quoted = quote_by_tariff(harbour(A_HAR_02="80.00"), "development", work(60), None, NOON)
    assert quoted.fee is not None
    assert quoted.fee.amount == Decimal(80)
    assert [(a.id, a.value) for a in quoted.assumptions] == [("A_HAR_02", "80.00")]
