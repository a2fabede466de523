"""A proposal is as sure as its lead, the parts that agree, and how much was said."""

import pytest

from app.triage.confidence import chance, sureness


@pytest.mark.parametrize(
    ("surer", "less"),
    [((0.8, 1, 20), (0.2, 1, 20)), ((0.3, 2, 20), (0.3, 1, 20)), ((0.5, 1, 20), (0.5, 1, 1))],
    ids=["lead", "agreement", "words"],
)
def test_what_makes_it_surer(surer: tuple[float, int, int], less: tuple[float, int, int]) -> None:
    assert chance(sureness(*surer)) > chance(sureness(*less))


def test_no_lead_and_no_agreement_are_a_coin_thrown() -> None:
    assert 0.3 < chance(sureness(0.0, 0, 20)) < 0.6


def test_a_chance_is_never_certainty() -> None:
    assert 0 < chance(sureness(0.0, 0, 0)) < chance(sureness(2.5, 2, 100)) < 1
