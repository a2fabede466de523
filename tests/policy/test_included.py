"""What an account has of the help that is included, allowance by allowance."""

from app.policy.desk.included import included
from tests.policy.harbour import NOON, QUAY, harbour

HOURS = {"unit": "minutes", "per": "month", "grant": {"amount": 60}, "then": "development", "clauses": ["HAR-10"]}


def test_each_allowance_is_told_by_its_name_with_what_is_left_and_its_clause() -> None:
    policy = harbour({"allowances": {"hours": HOURS, "tickets": {**HOURS, "unit": "tickets", "grant": {"amount": 2}}}})
    found = included(policy, QUAY, None, NOON)
    assert [(one.allowance, one.unit, int(one.left)) for one in found] == [
        ("hours", "minutes", 60),
        ("tickets", "tickets", 2),
    ]
    assert [[c.clause for c in one.citations] for one in found] == [["HAR-10"], ["HAR-10"]]
    assert [entry.kind for entry in found[0].entries] == ["granted"]
