"""Matrices: impact by urgency gives a priority, plan by class a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.language import tables
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

PATCH: dict[str, Any] = {
    "facts": {
        "impact": {"type": "enum", "values": ["all", "some", "one"], "asserted_by": ["customer"]},
        "blocked": {"type": "bool", "asserted_by": ["customer"]},
    },
    "priorities": {"idle": {"rank": 3}},
    "rules": {
        "outages_first": None,
        "matrix": {
            "stage": "priority",
            "when": {"topic": "email"},
            "table": {
                "by": ["impact", "blocked"],
                "cells": {"all": {"true": "urgent", "false": "usual"}, "some": {"*": "usual"}, "*": {"true": None}},
            },
            "clauses": ["HAR-8"],
        },
    },
    "targets": {
        "0": {
            "table": {
                "by": ["impact", "priority"],
                "cells": {"all": {"urgent": "PT30M", "usual": {"kind": "within_business_days", "n": 2}}},
            },
            "when": None,
            "calendar": "office",
        }
    },
    "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}}},
}
POLICY = harbour(PATCH)


def decided(**facts: object) -> Decision:
    request = Request(sender=OWNER, facts={"topic": "email.error", **facts})
    return decide(POLICY, request, Situation(account=QUAY, account_named=True, ticket=True), NOON)


@pytest.mark.parametrize(
    ("impact", "blocked", "priority"),
    [
        ("all", True, "urgent"),
        ("all", False, "usual"),
        ("some", True, "usual"),
        ("some", False, "usual"),
        ("one", True, "idle"),
        ("one", None, "idle"),
    ],
)
def test_a_cell_gives_the_priority_and_an_empty_one_leaves_it(impact: str, blocked: bool | None, priority: str) -> None:
    assert decided(impact=impact, blocked=blocked).priority == priority


def test_the_cell_that_decided_is_cited_with_the_facts_of_its_row_and_column() -> None:
    (cited,) = (c for c in decided(impact="all", blocked=True).citations if c.effect == "priority=urgent" and c.because)
    assert cited.clause == "HAR-8"
    assert dict(cited.because) == {"topic": "email.error", "impact": "all", "blocked": True}


def test_another_topic_is_not_in_the_table() -> None:
    assert decided(topic="web.error", impact="all", blocked=True).priority == "idle"


def test_a_table_of_times_gives_a_length_or_other_members_of_a_target() -> None:
    urgent = decided(impact="all", blocked=True).targets[0]
    assert urgent.due_at == NOON + timedelta(minutes=30)
    usual = decided(impact="all", blocked=False).targets[0]
    assert (usual.kind, usual.due_at) == ("within_business_days", datetime(2026, 2, 12, 17, tzinfo=UTC))


def test_a_number_in_a_table_of_times_is_a_number_of_business_days() -> None:
    cells = {"all": {"*": 3}, "some": {"*": 1}}
    counted = {"table": {"by": ["impact", "priority"], "cells": cells}, "kind": "within_business_days", "max": None}
    policy = harbour({**PATCH, "targets": {"0": {**PATCH["targets"]["0"], **counted}}})
    days = [(p.target.n, p.target.max) for p in policy.targets if p.target.kind == "within_business_days"]
    assert set(days) == {(3, None), (1, None)}


def test_a_table_is_one_rule_for_each_cell_that_says_something() -> None:
    matrix = [rule for rule in tables.rules(POLICY.document) if rule.id == "matrix"]
    assert [rule.when for rule in matrix] == [
        {"topic": "email", "impact": "all", "blocked": True},
        {"topic": "email", "impact": "all", "blocked": False},
        {"topic": "email", "impact": "some"},
    ]
