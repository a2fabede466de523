"""A decision stays cheap, and many rules do not make it dear. Ratios of CPU time in one interleaved run."""

import sys
from functools import cache

import pytest

from app.policy.decision import written
from tests.benchmarks.decisions import (
    TOPICS,
    Question,
    against_pydantic,
    compiled,
    instructions,
    question,
    with_ten_times_the_rules,
)

COUNTED = {
    "plutus": (6_656, 6_220),
    "tsc": (6_594, 6_130),
    "mexxus": (4_971, 4_593),
    "kenotronix": (3_879, 3_607),
    "brs": (3_669, 3_402),
}
"""Instructions of a usual request's decision, under Python 3.11 and from 3.12 on."""


@cache
def usual(provider: str) -> Question:
    return question(compiled(provider), TOPICS[provider])


def most(provider: str) -> int:
    """A tenth more than what was counted."""
    older, newer = COUNTED[provider]
    return (older if sys.version_info < (3, 12) else newer) * 11 // 10


@pytest.mark.parametrize("provider", TOPICS)
def test_a_decision_takes_no_more_instructions_than_it_did(provider: str) -> None:
    assert 1_000 < instructions(usual(provider).decided) <= most(provider)


def test_one_look_at_each_rule_of_the_document_would_be_noticed() -> None:
    asked = usual("mexxus")
    rules = [ready for of_stage in asked.policy.rules.values() for ready in of_stage]

    def slower() -> None:
        decision = asked.decided()
        for ready in rules:
            ready.when.holds({"topic": decision.topic, "standing": decision.standing})

    assert instructions(slower) > most("mexxus")


def test_instructions_are_counted_alike_each_time_and_grow_with_the_work() -> None:
    def three() -> int:
        return sum(range(3))

    def thrice() -> list[int]:
        return [three(), three(), three()]

    assert instructions(three) == instructions(three) > 3
    assert instructions(thrice) > 3 * instructions(three) - 10


@pytest.mark.parametrize("provider", TOPICS)
def test_a_decision_takes_at_most_six_times_what_pydantic_takes_to_read_and_write_it(provider: str) -> None:
    assert against_pydantic(usual(provider), rounds=21) <= 6


def test_ten_times_the_rules_take_at_most_half_as_long_again() -> None:
    assert with_ten_times_the_rules("mexxus", "web.error", rounds=9) <= 1.5


def test_deciding_twice_gives_the_same_answer() -> None:
    asked = usual("tsc")
    assert written(asked.decided()) == written(asked.decided())
