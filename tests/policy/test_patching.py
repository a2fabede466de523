"""Changes to a document's values: entries of lists are known by their ids, and what they were made of stays."""

from copy import deepcopy
from typing import Any

import pytest

from app.policy.language.patching import CannotChange, changed, found_at, position, put

VALUE: dict[str, Any] = {"fees": {"hourly": {"amount": "85"}}, "rules": [{"id": "a", "n": 1}, {"n": 2}, {"id": "1"}]}


@pytest.mark.parametrize(
    ("patch", "after"),
    [
        ({"fees": {"hourly": {"amount": "9"}}}, {**VALUE, "fees": {"hourly": {"amount": "9"}}}),
        ({"fees": None, "never": None}, {"rules": VALUE["rules"]}),
        ({"new": {"a": {"b": 1, "c": None}}}, {**VALUE, "new": {"a": {"b": 1}}}),
        ({"fees": [1]}, {**VALUE, "fees": [1]}),
        ({"rules": {"a": {"m": 3}}}, {**VALUE, "rules": [{"id": "a", "n": 1, "m": 3}, {"n": 2}, {"id": "1"}]}),
        ({"rules": {"a": None}}, {**VALUE, "rules": VALUE["rules"][1:]}),
        ({"rules": {"0": {"n": 7}}}, {**VALUE, "rules": [{"id": "a", "n": 7}, *VALUE["rules"][1:]]}),
        ({"rules": {"1": {"n": 7}}}, {**VALUE, "rules": [*VALUE["rules"][:2], {"id": "1", "n": 7}]}),
        ({"rules": {"z": {"n": 7}}}, {**VALUE, "rules": [*VALUE["rules"], {"id": "z", "n": 7}]}),
        ({"rules": {"z": None}}, VALUE),
    ],
)
def test_a_patch_is_laid_over_a_copy(patch: dict[str, Any], after: dict[str, Any]) -> None:
    before = deepcopy(VALUE)
    assert changed(VALUE, patch) == after
    assert before == VALUE


@pytest.mark.parametrize("value", [{"list": ["x"]}, {"list": [{"id": "x"}, "y"]}])
def test_an_entry_is_added_to_a_list_of_entries_alone(value: dict[str, Any]) -> None:
    with pytest.raises(CannotChange) as caught:
        changed({"top": value}, {"top": {"list": {"z": {"n": 1}}}})
    assert caught.value.steps == ("top", "list", "z")
    assert str(caught.value) == caught.value.message == "No entry of this list has the id `z`."


def test_a_place_inside_an_entry_is_told_from_the_top() -> None:
    with pytest.raises(CannotChange) as caught:
        changed({"top": [{"id": "x", "list": [3]}]}, {"top": {"x": {"list": {"z": 1}}}})
    assert caught.value.steps == ("top", "x", "list", "z")


def test_an_entry_is_known_by_its_id_before_its_number() -> None:
    entries = VALUE["rules"]
    assert [position(entries, key) for key in ("a", "0", "1", "2", "3", "b", "000001")] == [
        0,
        0,
        2,
        2,
        None,
        None,
        None,
    ]
    assert position(list(range(10_001)), "10000") == 10_000
    assert position(list(range(10)), "00009") == 9


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/fees/hourly/amount", "85"),
        ("/rules/a/n", 1),
        ("/rules/1", {"id": "1"}),
        ("/rules/x", None),
        ("/rules/x/n", None),
        ("/fees/daily", None),
        ("/fees/daily/amount", None),
        ("/fees/hourly/amount/x", None),
        ("", VALUE),
    ],
)
def test_what_stands_at_a_place_is_found(pointer: str, value: object) -> None:
    assert found_at(VALUE, pointer) == value


def test_a_value_is_put_at_a_place_all_above_which_is_there() -> None:
    assert put(VALUE, "/fees/hourly/amount", "9")["fees"] == {"hourly": {"amount": "9"}}
    assert put(VALUE, "/fees/hourly/per", "PT1H")["fees"] == {"hourly": {"amount": "85", "per": "PT1H"}}
    assert put(VALUE, "/rules/a/n", 5)["rules"] == [{"id": "a", "n": 5}, {"n": 2}, {"id": "1"}]
    assert put(VALUE, "", 1) == 1


@pytest.mark.parametrize(
    ("pointer", "missing"), [("/fees/daily/amount", "daily"), ("/rules/x", "x"), ("/fees/hourly/amount/x", "x")]
)
def test_a_place_that_is_not_there_is_told(pointer: str, missing: str) -> None:
    with pytest.raises(CannotChange) as caught:
        put(VALUE, pointer, 1)
    assert (caught.value.steps, str(caught.value)) == ((), f"`{pointer}` leads to nothing: there is no `{missing}`.")
