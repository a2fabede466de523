"""A decision stays cheap, and many rules do not make it dear. Ratios of CPU time in one interleaved run."""

import pytest

from tests.benchmarks.decisions import against_pydantic, compiled, question, with_ten_times_the_rules

TOPICS = {
    "plutus": "email.offline",
    "tsc": "device.printing",
    "mexxus": "web.error",
    "kenotronix": "backup.data",
    "brs": "email.error",
}


@pytest.mark.parametrize(("provider", "topic"), TOPICS.items())
def test_a_decision_takes_at_most_twelve_times_what_pydantic_takes_to_read_and_write_it(
    provider: str, topic: str
) -> None:
    assert against_pydantic(question(compiled(provider), topic), rounds=7) <= 12


def test_ten_times_the_rules_take_at_most_half_as_long_again() -> None:
    assert with_ten_times_the_rules("mexxus", "web.error", rounds=9) <= 1.5


def test_deciding_twice_gives_the_same_answer() -> None:
    asked = question(compiled("tsc"), "device.printing")
    assert asked.decided().model_dump_json() == asked.decided().model_dump_json()
