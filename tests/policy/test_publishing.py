"""New versions: immutable, dated, and announced only where the policy says so."""

from datetime import timedelta
from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import TargetTime
from app.policy.desk.publishing import CannotPublish, TargetChange, publish, revised
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, cites, harbour

HOUR = timedelta(hours=1)


def after(*changes: TargetChange, **patch: Any) -> CompiledPolicy:
    policy = harbour(patch)
    return publish(policy, revised(policy.document, changes), version=2, effective_from=NOON, at=NOON)[0]


def first_response(policy: CompiledPolicy, topic: str) -> TargetTime:
    request = Request(sender=OWNER, facts={"topic": topic})
    decision = decide(policy, request, Situation(account=QUAY, account_named=True), NOON)
    return next(t for t in decision.targets if t.metric == "first_response")


def test_a_new_version_leaves_the_old_one_as_it_was() -> None:
    policy = harbour()
    before = policy.document
    new, _ = publish(
        policy,
        revised(before, [TargetChange(target="first_response", max=4 * HOUR)]),
        version=2,
        effective_from=NOON,
        at=NOON,
    )
    assert policy.document is before
    assert first_response(policy, "email.error").due_at == NOON + 2 * HOUR
    assert first_response(new, "email.error").due_at == NOON + 4 * HOUR
    assert (new.version, new.document.effective_from, str(new.document.published)) == (2, NOON, "2026-02-10")


def test_a_change_without_a_priority_is_about_every_target_of_the_metric() -> None:
    new = after(TargetChange(target="first_response", max=4 * HOUR))
    assert first_response(new, "web.offline").due_at == NOON + 4 * HOUR


def test_a_change_for_one_priority_leaves_the_others_alone() -> None:
    new = after(TargetChange(target="first_response", priority="urgent", max=HOUR / 2))
    assert first_response(new, "web.offline").due_at == NOON + HOUR / 2
    assert first_response(new, "email.error").due_at == NOON + 2 * HOUR


def test_a_priority_without_a_target_of_its_own_is_given_one() -> None:
    new = after(TargetChange(target="first_response", priority="usual", max=3 * HOUR))
    assert first_response(new, "email.error").due_at == NOON + 3 * HOUR
    assert first_response(new, "web.offline").due_at == NOON + HOUR


def test_a_target_for_several_priorities_is_changed_for_the_one_named() -> None:
    shared = [{"metric": "first_response", "when": {"priority": ["urgent", "usual"]}, "kind": "elapsed", "max": "PT5H"}]
    new = after(TargetChange(target="first_response", priority="urgent", min=HOUR, max=2 * HOUR), targets=shared)
    assert first_response(new, "web.offline").earliest_at == NOON + HOUR
    assert first_response(new, "web.offline").due_at == NOON + 2 * HOUR
    assert first_response(new, "email.error").due_at == NOON + 5 * HOUR


def test_a_change_of_a_target_that_is_not_there_is_said() -> None:
    with pytest.raises(CannotPublish, match="no target resolve"):
        revised(harbour().document, [TargetChange(target="resolve", max=HOUR)])
    with pytest.raises(CannotPublish, match="no target repair for usual"):
        revised(harbour().document, [TargetChange(target="repair", priority="usual", max=HOUR)])


def test_no_version_takes_effect_before_it_is_published() -> None:
    policy = harbour()
    with pytest.raises(CannotPublish):
        publish(policy, policy.document, version=2, effective_from=NOON - HOUR, at=NOON)


@pytest.mark.parametrize(("notice", "effects"), [(True, ["notify"]), (False, [])])
def test_customers_are_told_only_where_the_policy_says_so(notice: bool, effects: list[str]) -> None:
    policy = harbour({"change": {"notice": notice}})
    _, decision = publish(policy, policy.document, version=2, effective_from=NOON, at=NOON)
    assert [e.type for e in decision.effects] == effects
    assert [e.model_extra for e in decision.effects] == [{"to": "customer", "of": "policy_change", "at": NOON}] * notice
    assert cites(decision, "HAR-2")
    assert [a.id for a in decision.assumptions] == ["A_HAR_01"]
