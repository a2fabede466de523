"""Conditions are read against what a policy declares: each that is listed with all that is wrong with it."""

import json
from pathlib import Path

import pytest

from app.policy.language.reading import MOST_CONDITIONS, Names, check_condition
from app.policy.loading import load
from tests.policy.documents import LIBRARY, SMALL

FACTS = """
  broken: {type: bool, asserted_by: [staff, customer]}
  people: {type: int, asserted_by: [staff], aliases: [heads]}
  price: {type: money, asserted_by: [staff]}
  lasted: {type: duration, asserted_by: [staff]}
  since_when: {type: instant, asserted_by: [staff]}
  colour: {type: enum, values: [red, blue], within: {red: [crimson]}, asserted_by: [staff]}
  words: {type: text, asserted_by: [staff]}
  items: {type: list, asserted_by: [staff]}
"""
NAMES = Names(load(SMALL.replace("facts:\n", f"facts:{FACTS}"), LIBRARY).document)


def _listed() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    condition = ""
    for line in (Path(__file__).parent / "conditions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            listed[condition].append(line.strip())
        else:
            condition = line
            listed[condition] = []
    return listed


LISTED = _listed()


def wrong(condition: str, *, decides: bool = True) -> list[str]:
    flaws = check_condition(json.loads(condition), NAMES, decides=decides)
    return [f"{'/'.join(map(str, f.steps))} {f.code}: {f.message} {f.remedy}" for f in flaws]


def test_sound_and_faulty_conditions_are_listed() -> None:
    assert len(LISTED) > 70
    assert 20 < sum(not said for said in LISTED.values()) < 40


@pytest.mark.parametrize("condition", LISTED)
def test_a_condition_is_told_what_is_wrong_with_it(condition: str) -> None:
    assert wrong(condition) == LISTED[condition]


def test_somebodys_word_may_be_read_where_nothing_is_decided() -> None:
    assert wrong('{"claimed_broken": true}', decides=False) == []


@pytest.mark.parametrize(("entries", "faults"), [(MOST_CONDITIONS, 0), (MOST_CONDITIONS + 1, 1)])
def test_a_condition_has_no_more_entries_than_people_can_read(entries: int, faults: int) -> None:
    found = check_condition({"any": [{"broken": True}] * entries}, NAMES, decides=True)
    said = ("too_many_conditions", "This condition has over 400 entries.", "Split it.")
    assert [(f.steps, f.code, f.message, f.remedy) for f in found] == [((), *said)] * faults
