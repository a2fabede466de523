"""Policies of one process on one catalogue hold its topics and facts once."""

from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.services.shelf import compiled
from tests.policy.harbour import NOON


def test_equal_topics_and_facts_are_held_once() -> None:
    raw = load(policy_text("tsc") or "", library()).raw
    first = compiled(raw, NOON, 1, None, 0)
    alone, beside = compiled(raw, NOON, 2, None, 0), compiled(raw, NOON, 2, None, 0, beside=[first.document])
    assert beside.document == alone.document
    assert beside.document.topics is first.document.topics is not alone.document.topics
    assert beside.document.facts is first.document.facts


def test_topics_of_ones_own_stay_ones_own() -> None:
    raw = load(policy_text("tsc") or "", library()).raw
    first = compiled(raw, NOON, 1, None, 0)
    slug, topic = next(iter(raw["topics"].items()))
    own = {**raw, "topics": {**raw["topics"], slug: {**topic, "level": 3}}}
    assert compiled(own, NOON, 1, None, 0, beside=[first.document]) == compiled(own, NOON, 1, None, 0)
