"""The floors hold for requests in strangers' words, and who reads badly falls below them."""

from dataclasses import replace

import pytest

from app.triage.proposal import Candidate, Proposal
from tests.triage.costs import Costs, dear
from tests.triage.figures import Alarms, Answer, Reading, Tally
from tests.triage.floors import below, few, plainly, undecided, unfounded, unheard
from tests.triage.measure import phrases, reading
from tests.triage.tickets import Labelled, proposed, tickets


@pytest.mark.parametrize("name", ["public", "others", "unseen"])
def test_the_floors_hold(name: str) -> None:
    assert below(reading(name)) == []


def test_one_answer_for_all_falls_below_every_floor() -> None:
    def stubborn(ticket: Labelled) -> Proposal:
        return replace(proposed(ticket), candidates=(Candidate("web.offline", 0.9, ()),))

    assert len(below(reading("public", stubborn))) == 3


def test_who_is_surest_of_what_is_wrong_falls_below() -> None:
    right = reading("others")
    turned = replace(right, answers=[replace(answer, confidence=1 - answer.confidence) for answer in right.answers])
    assert any("surest" in line for line in below(turned))
    assert unfounded(turned) != []


def test_nothing_read_is_below() -> None:
    assert below(Reading("none")) == ["none: nothing was read"]
    assert unfounded(Reading("none")) != []
    assert undecided(Tally(), 0) != []
    assert dear(Costs([], [], 0, 0)) == ["time: nothing was read"]
    assert few([], {}) != []


@pytest.mark.parametrize(
    ("alarms", "enough"),
    [(Alarms(9, 1, 6), True), (Alarms(8, 2, 0), False), (Alarms(9, 1, 7), False), (Alarms(0, 0, 0), False)],
)
def test_emergencies_are_heard_and_not_cried(alarms: Alarms, enough: bool) -> None:
    assert (unheard(alarms) == []) == enough


@pytest.mark.parametrize(("right", "abstained", "enough"), [(17, 20, True), (16, 20, False), (0, 40, False)])
def test_coverage_counts_where_the_policy_says_anything(right: int, abstained: int, enough: bool) -> None:
    coverage = Tally()
    for place in range(40):
        coverage.add("included", (), "included" if place < right else None)
    assert (undecided(coverage, abstained) == []) == enough


def test_whoever_says_what_comes_true_is_believed() -> None:
    often = [Answer(0.8, place % 5 > 0, True) for place in range(100)]
    assert unfounded(Reading("true", answers=often)) == []


CHEAP = Costs([1.0] * 99 + [10.0], [1.0, 2.0, 4.0, 8.0], 20.0, 50.0)


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (CHEAP, ""),
        (replace(CHEAP, each=[2.1] * 100), "time: 2.10 ms"),
        (replace(CHEAP, each=[1.0] * 98 + [16.0] * 2), "at most 16.00"),
        (replace(CHEAP, by_length=[1.0, 2.0, 4.0, 16.0]), "4.0 times as much for 8000"),
        (replace(CHEAP, hostile=100.0), "hostile"),
        (replace(CHEAP, memory=101.0), "memory"),
    ],
)
def test_who_is_slow_or_large_or_grows_too_fast_is_told_so(costs: Costs, said: str) -> None:
    assert [said in line for line in dear(costs)] == [True] * bool(said)


def test_our_own_tickets_are_many_in_three_languages_and_no_phrases() -> None:
    own = tickets("own")
    assert few(own, phrases()) == []
    assert "is a phrase of ssl.provider" in few(own, {plainly(own[0].body): "ssl.provider"})[0]
    assert "not 600" in few(own[:599], {})[0]
    assert "150 in each" in few([ticket for ticket in own if ticket.language != "fr"], {})[0]
