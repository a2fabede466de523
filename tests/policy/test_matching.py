"""An answer compared with what a scenario expects: a subset, by meaning."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.scenarios.matching import mismatches

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)


def matches(expected: dict[str, Any], answer: dict[str, Any]) -> bool:
    return not mismatches(expected, answer)


def test_what_is_not_written_is_not_checked() -> None:
    assert matches({"outcome": "held"}, {"outcome": "held", "reason": "intake_incomplete"})
    assert matches({}, {"outcome": "held"})


@pytest.mark.parametrize("answer", [{}, {"reason": None}, {"reason": []}, {"reason": ()}, {"reason": {}}])
def test_null_is_met_by_null_by_nothing_in_a_list_and_by_absence(answer: dict[str, Any]) -> None:
    assert matches({"reason": None}, answer)


@pytest.mark.parametrize("value", ["x", 0, False, "", ["x"], {"a": 1}])
def test_null_is_not_met_by_anything_else(value: Any) -> None:
    assert not matches({"reason": None}, {"reason": value})


def test_null_is_met_by_the_absence_of_what_would_hold_it() -> None:
    assert matches({"fee": {"amount": None, "lines": []}}, {"fee": None})
    assert matches({"report": {"goal": {"min": None}}}, {})
    assert not matches({"fee": {"amount": None, "currency": "CAD"}}, {"fee": None})


def test_an_empty_list_asserts_emptiness() -> None:
    assert matches({"missing": []}, {"missing": ()})
    assert matches({"missing": []}, {})
    assert not matches({"missing": []}, {"missing": ["product"]})


def test_every_item_must_be_matched_by_some_item_in_any_order() -> None:
    answer = {"effects": [{"type": "page", "audience": "on_call"}, {"type": "notify", "to": "customer"}]}
    assert matches({"effects": [{"type": "notify"}, {"type": "page", "audience": "on_call"}]}, answer)
    assert not matches({"effects": [{"type": "notify", "to": "reseller"}]}, answer)
    assert not matches({"effects": [{"type": "page", "to": "customer"}]}, answer)
    assert not matches({"effects": [{"type": "page"}]}, {"effects": []})
    assert not matches({"effects": [{"type": "page"}]}, {})


def test_one_of_several_combinations_is_compared_as_lists_are() -> None:
    answer = {"missing": [{"any_of": (("error_message",), ("description", "occurred_at"))}]}
    assert matches({"missing": [{"any_of": [["occurred_at", "description"]]}]}, answer)
    assert not matches({"missing": [{"any_of": [["error_message", "occurred_at"]]}]}, answer)


def test_a_queue_is_complete_and_in_its_order() -> None:
    answer = {"queue": {"order": ("a", "b", "c")}}
    assert matches({"queue": {"order": ("a", "b", "c")}}, answer)
    assert not matches({"queue": {"order": ("b", "a", "c")}}, answer)
    assert not matches({"queue": {"order": ("a", "b")}}, answer)
    assert not matches({"queue": {"order": ()}}, answer)


def test_the_recipients_of_a_notice_are_complete_in_any_order() -> None:
    answer = {"notice": {"recipients": ["a", "b"]}}
    assert matches({"notice": {"recipients": ["b", "a"]}}, answer)
    assert not matches({"notice": {"recipients": ["a"]}}, answer)
    assert not matches({"notice": {"recipients": ["a", "b", "c"]}}, answer)
    assert not matches({"notice": {"recipients": []}}, answer)


def test_instants_compare_as_instants_and_amounts_as_numbers() -> None:
    assert matches({"at": datetime.fromisoformat("2026-02-10T14:00:00+02:00")}, {"at": NOON})
    assert matches({"amount": Decimal("85")}, {"amount": Decimal("85.00")})
    assert matches({"rate": Decimal("340.00")}, {"rate": "340"})
    assert not matches({"rate": Decimal("1.5")}, {"rate": "1.5 x the usual"})
    assert not matches({"amount": Decimal("85")}, {"amount": Decimal("85.01")})


@pytest.mark.parametrize(
    ("expected", "actual"), [(True, 1), (1, True), (False, 0), (False, None), ("1", 1), ("a", "A"), ("a", ["a"])]
)
def test_everything_else_compares_exactly(expected: Any, actual: Any) -> None:
    assert not matches({"x": expected}, {"x": actual})


def test_a_mapping_is_not_met_by_something_that_is_none() -> None:
    assert not matches({"ticket": {"status": "open"}}, {"ticket": "open"})


def test_a_line_names_the_place_and_both_values() -> None:
    (line,) = map(str, mismatches({"fee": {"amount": Decimal("85.00")}}, {"fee": {"amount": None}}))
    assert line == "fee.amount: expected 85.00, got nothing"
    answer = {"effects": [{"type": "page", "at": NOON}, {"type": "notify"}]}
    (line,) = map(str, mismatches({"effects": [{"type": "page", "audience": "on_call"}]}, answer))
    assert (
        line == "effects: expected {type: page, audience: on_call}, got [{type: page, at: 2026-02-10T12:00:00+00:00}]"
    )


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(allow_nan=False) | st.just(NOON)
_ANSWERS = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@given(st.dictionaries(st.text(max_size=5), _ANSWERS, max_size=4))
def test_every_answer_is_what_it_is(answer: dict[str, Any]) -> None:
    assert matches(answer, answer)


@given(st.dictionaries(st.text(max_size=5), _ANSWERS, min_size=1, max_size=4), st.data())
def test_what_is_expected_less_is_met_no_less(answer: dict[str, Any], data: st.DataObject) -> None:
    less = {k: v for k, v in answer.items() if k != data.draw(st.sampled_from(sorted(answer)))}
    assert matches(less, answer)
