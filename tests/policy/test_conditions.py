"""Conditions made ready: each says what its document says, however often it is asked."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from app.policy.compiled.conditions import Conditions
from app.policy.time.calendars import ALWAYS

CONDITIONS = Conditions({"topic"}.__contains__, lambda *_: ALWAYS, {})


def holds(predicate: dict[str, Any], **values: Any) -> bool:
    return CONDITIONS.build(predicate).holds(values)


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_any_holds_where_one_part_does_and_all_where_every_part_does(parts: int) -> None:
    names = "abc"[:parts]
    asked = [{name: True} for name in names]
    for truth in product((True, False), repeat=parts):
        values = dict(zip(names, truth, strict=True))
        assert holds({"any": asked}, **values) is any(truth)
        assert holds({"all": asked}, **values) is all(truth)
        assert holds(dict.fromkeys(names, True), **values) is all(truth)


@pytest.mark.parametrize(
    ("value", "operand", "order"),
    [
        (3, 3, 0),
        (2, "3", -1),
        (Decimal("3.5"), 3, 1),
        ("2.5", "3", -1),
        (timedelta(hours=2), "PT1H", 1),
        (datetime(2026, 2, 10, tzinfo=UTC), "2026-02-11T00:00:00Z", -1),
    ],
)
def test_like_is_compared_with_like(value: Any, operand: Any, order: int) -> None:
    expected = {"gte": order >= 0, "gt": order > 0, "lte": order <= 0, "lt": order < 0}
    assert {name: holds({"x": {name: operand}}, x=value) for name in expected} == expected


@pytest.mark.parametrize("value", [None, True, "many", [4]])
def test_what_is_no_number_is_neither_more_nor_less(value: Any) -> None:
    assert not any(holds({"x": {name: 3}}, x=value) for name in ("gte", "gt", "lte", "lt"))
    assert not any(holds({"x": {name: "many"}}, x=3) for name in ("gte", "gt", "lte", "lt"))


def test_a_topic_that_was_asked_about_before_is_answered_alike() -> None:
    condition = CONDITIONS.build({"topic": ["web", "email.error"]})
    asked = {"web": True, "web.error": True, "website": False, "email": False, "email.error.sending": True, "": False}
    for _ in range(2):
        assert {topic: condition.holds({"topic": topic}) for topic in asked} == asked
        assert not condition.holds({"topic": None})
        assert not condition.holds({"topic": ["web"]})
    for number in range(600):
        assert condition.holds({"topic": f"web.made_up_{number}"})
        assert not condition.holds({"topic": f"other.made_up_{number}"})
