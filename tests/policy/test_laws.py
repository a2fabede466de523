"""The laws of explanation that every played answer is held to."""

from typing import Any

from app.base.vocabulary import Strength
from app.policy.decision import AssumptionUsed, Citation, TargetTime
from app.policy.life import Desk, open_ticket
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.laws import broken
from app.policy.situation import Request
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour()
DECISION = open_ticket(
    POLICY, Request(sender=OWNER, facts={"topic": "web.error"}), Desk(account=QUAY), NOON, id_="one"
).decision


def found(decision: Any = DECISION, **members: Any) -> list[str]:
    said = {"citations": decision.citations, "assumptions": decision.assumptions, **members}
    return [str(mismatch) for mismatch in broken(Answer(POLICY, {}, decision=decision, **said))]


def changed(**members: Any) -> Any:
    return DECISION.changed(**members)


def test_an_answer_of_the_engine_breaks_none() -> None:
    assert found() == []


def test_a_clause_must_be_one_of_the_policy_and_is_told_once() -> None:
    strange = Citation(clause="HAR-99", sentence="Nobody wrote this.", stage="fee")
    assert found(citations=(*DECISION.citations, strange, strange)) == [
        "cites: expected clauses of the policy version used, got HAR-99"
    ]


def test_a_reading_must_be_one_of_the_policy() -> None:
    strange = AssumptionUsed(id="A_HAR_99", value="yes")
    assert found(assumptions=(strange,)) == ["assumptions: expected assumptions of the policy, got A_HAR_99"]


def test_a_decision_rests_on_a_clause() -> None:
    assert found(changed(citations=()), citations=DECISION.citations)[0].startswith(
        "cites: expected at least one clause"
    )


def test_a_target_without_a_due_time_says_why() -> None:
    endless = TargetTime(metric="repair", kind="negotiated", strength=Strength.EXPECTED)
    why = Citation(clause="HAR-15", sentence="An outage is repaired.", stage="target", effect="repair")
    assert len(found(changed(targets=(endless,)))) == 1
    assert found(changed(targets=(endless,)))[0].startswith("targets.repair: expected a citation")
    assert found(changed(targets=(endless,), citations=(*DECISION.citations, why))) == []
    read = AssumptionUsed(id="A_HAR_01", value="yes")
    assert found(changed(targets=(endless,), assumptions=(read,))) == []
