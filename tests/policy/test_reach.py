"""What a policy lets staff do: by level and department, and by rules that ask for a supervisor."""

from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.desk.allowed import hindrances, let_through
from app.policy.situation import Grant, Sender
from app.policy.transitions import apply
from app.policy.verbs.authority import within_reach
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, harbour
from tests.policy.test_allowed import AROUND, ticket

OVERRIDES: dict[str, Any] = {
    "stage": "transition",
    "when": {"transition": "override", "staff.supervisor": False},
    "then": [{"do": "outcome", "outcome": "refused", "reason": "role_not_permitted"}],
}
ONLY_SUPERVISORS = harbour({"rules": {"overrides": OVERRIDES}})


def person(level: int = 1, *departments: str, supervisor: bool = False) -> Sender:
    grant = Grant(id="ann", level=level, departments=departments, supervisor=supervisor)
    return Sender(email="ann@desk.example", role="staff", grant=grant)


def overriding(policy: CompiledPolicy, by: Sender) -> bool:
    """Whether it is let through, and is said to be."""
    asked = ticket(policy)
    payload = {"field": "level", "value": "1", "reason": "x"}
    _, after = apply(policy, asked, Transition(verb="override", by=by, payload=payload), AROUND, NOON)
    shown = hindrances(policy, asked, ["override"], by, AROUND, NOON)["override"]
    assert (shown is None) is let_through(asked, after)
    return shown is None


def test_a_rule_may_leave_overrides_to_supervisors() -> None:
    assert not overriding(ONLY_SUPERVISORS, person())
    assert overriding(ONLY_SUPERVISORS, person(supervisor=True))
    assert overriding(harbour(), person())


@pytest.mark.parametrize(
    ("by", "level", "department", "reaches"),
    [
        (person(1), 1, "support", True),
        (person(1), 2, "support", False),
        (person(2), 1, "support", True),
        (person(1), None, "support", True),
        (person(1, "support"), 1, "support", True),
        (person(1, "billing"), 1, "support", False),
        (person(1, "billing"), 1, None, True),
        (person(1, "billing", supervisor=True), 3, "support", True),
        (Sender(role="staff"), 3, "support", True),
    ],
)
def test_a_ticket_is_within_reach_of_its_level_and_department(
    by: Sender, level: int | None, department: str | None, *, reaches: bool
) -> None:
    assert within_reach(harbour(), ticket(level=level, department=department).turn, by) is reaches
    assert within_reach(harbour(), ticket(level=level, department=department, assignee="ann").turn, by)


@pytest.mark.parametrize(("by", "reaches"), [(person(3), False), (person(supervisor=True), True)])
def test_a_department_of_supervisors_is_theirs_alone(by: Sender, *, reaches: bool) -> None:
    policy = harbour({"departments": {"complaints": {"level": 1, "for_supervisors": True, "clauses": ["HAR-1"]}}})
    assert within_reach(policy, ticket(level=1, department="complaints").turn, by) is reaches
