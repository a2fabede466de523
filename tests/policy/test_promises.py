"""The times that a ticket is given: the policy's, and over them those of the customer's own agreement."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.situation import CustomerContract, Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

OFFICE = {"calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}}}, "contract": {"clauses": ["HAR-3"]}}
POLICY = harbour(OFFICE)
HOUR = timedelta(hours=1)


def decided(
    policy: CompiledPolicy = POLICY, at: datetime = NOON, topic: str = "web.error", **targets: dict[str, Any]
) -> Decision:
    account = QUAY.model_copy(update={"contract": CustomerContract.model_validate({"targets": targets})})
    request = Request(channel="email", sender=OWNER, facts={"topic": topic})
    return decide(policy, request, Situation(account=account, account_named=True, ticket=True), at)


def due(decision: Decision) -> dict[str, datetime | None]:
    return {target.metric: target.due_at for target in decision.targets}


def test_the_first_target_of_a_metric_that_applies_is_promised() -> None:
    assert due(decided()) == {"first_response": NOON + 2 * HOUR}
    assert due(decided(topic="web.offline")) == {"first_response": NOON + HOUR, "repair": NOON + 8 * HOUR}


def test_an_agreement_beats_the_policy() -> None:
    own = decided(first_response={"usual": {"kind": "elapsed", "max": "PT20M"}})
    assert due(own) == {"first_response": NOON + timedelta(minutes=20)}
    assert "first_response by contract" in {c.effect for c in own.citations if c.stage == "target"}


def test_an_agreement_about_another_class_promises_nothing_here() -> None:
    assert due(decided(first_response={"urgent": {"kind": "elapsed", "max": "PT20M"}})) == {
        "first_response": NOON + 2 * HOUR
    }


def test_an_agreement_may_promise_what_the_policy_does_not() -> None:
    own = decided(repair={"usual": {"kind": "elapsed", "max": "PT4H"}})
    assert due(own) == {"first_response": NOON + 2 * HOUR, "repair": NOON + 4 * HOUR}
    assert "repair by contract" in {c.effect for c in own.citations}


def test_a_target_may_stand_against_agreements() -> None:
    firm = harbour({**OFFICE, "targets": {"1": {"overridden_by_contract": False}}})
    own = decided(firm, first_response={"usual": {"kind": "elapsed", "max": "PT20M"}})
    assert due(own) == {"first_response": NOON + 2 * HOUR}


@pytest.mark.parametrize("business", [True, False])
def test_business_hours_of_an_agreement_are_those_of_the_policys_targets_else_of_the_channel(business: bool) -> None:
    late = datetime(2026, 2, 10, 16, tzinfo=UTC)
    hours = {"kind": "business", "calendar": "office"} if business else {}
    policy = harbour({**OFFICE, "targets": {"2": hours}})
    own = decided(policy, late, first_response={"usual": {"kind": "business", "max": "PT2H"}})
    opens = datetime(2026, 2, 11, 10, tzinfo=UTC)
    assert due(own)["first_response"] == (opens if business else late + 2 * HOUR)


def test_a_channel_without_targets_promises_none() -> None:
    silent = harbour({**OFFICE, "channels": {"email": {"targets": "none"}}})
    assert due(decided(silent, repair={"usual": {"kind": "elapsed", "max": "PT4H"}})) == {}


def test_work_that_is_billed_may_end_a_promise() -> None:
    billed = harbour({**OFFICE, "targets": {"1": {"cancelled_by": ["billed"]}}})
    assert due(decided(billed, topic="web.error")) == {"first_response": NOON + 2 * HOUR}
    assert "first_response" not in due(decided(billed, topic="code.development"))
