"""The floors hold for requests in strangers' words, and who reads badly falls below them."""

from dataclasses import replace

import pytest

from app.triage.proposal import Candidate, Proposal
from tests.triage.figures import Alarms, Reading, below, unheard
from tests.triage.measure import proposed, reading
from tests.triage.tickets import Labelled


@pytest.mark.parametrize("name", ["public", "others"])
def test_the_floors_hold(name: str) -> None:
    assert below(reading(name)) == []


def test_one_answer_for_all_falls_below_every_floor() -> None:
    def stubborn(ticket: Labelled) -> Proposal:
        return replace(proposed(ticket), candidates=(Candidate("web.offline", 0.9, ()),))

    assert len(below(reading("public", stubborn))) == 2


def test_who_is_surest_of_what_is_wrong_falls_below() -> None:
    right = reading("others")
    turned = replace(right, answers=[replace(answer, confidence=1 - answer.confidence) for answer in right.answers])
    assert any("surest" in line for line in below(turned))


def test_nothing_read_is_below() -> None:
    assert below(Reading("none")) == ["none: nothing was read"]


@pytest.mark.parametrize(
    ("alarms", "enough"),
    [(Alarms(9, 1, 6), True), (Alarms(8, 2, 0), False), (Alarms(9, 1, 7), False), (Alarms(0, 0, 0), False)],
)
def test_emergencies_are_heard_and_not_cried(alarms: Alarms, enough: bool) -> None:
    assert (unheard(alarms) == []) == enough
