"""A text near to one phrase of a topic is told from one that is a little like many."""

from collections.abc import Mapping, Sequence

from app.triage.nearness import Postings, brought_nearer, length_of, postings

COFFEE = postings([{"coffee": 0.8, "cold": 0.6}, {"coffee": 0.6, "machine": 0.8}])
PRINTER = postings([{"machine": 0.6, "paper": 0.8}, {"printer": 1.0}])


def nearer(scores: Mapping[int, float], vector: Mapping[str, float], said: Sequence[Postings]) -> dict[int, float]:
    return brought_nearer(scores, vector, said, list(map(length_of, said)))


def test_the_topic_with_the_nearer_phrase_is_raised_most() -> None:
    raised = nearer({0: 0.5, 1: 0.5}, {"coffee": 0.6, "machine": 0.8}, (COFFEE, PRINTER))
    assert raised[0] > raised[1] > 0.5


def test_a_topic_with_nothing_in_common_keeps_its_score() -> None:
    assert nearer({0: 0.5}, {"invoice": 1.0}, (COFFEE,)) == {0: 0.5}


def test_only_the_best_are_heard_again() -> None:
    scores = {at: 1.0 - at / 100 for at in range(12)}
    raised = nearer(scores, {"coffee": 1.0}, (COFFEE,) * 12)
    assert [at for at in scores if raised[at] == scores[at]] == [10, 11]
