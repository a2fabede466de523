"""What the library's topics sound like comes with it, and is what learning them now would give."""

from app.policy.library.files import learned_topics
from app.services.triage import digest_of, lexicon_of
from app.triage.keeping import Kept, read_back, written
from app.triage.lexicon import Lexicon
from tests.triage.tickets import topics

KEPT = [read_back(content) for content in learned_topics()]


def test_what_is_kept_was_learned_from_the_topics_as_they_are() -> None:
    assert [kept.digest for kept in KEPT] == [digest_of(topics())], (
        "run `make lexicon`: the topics have other words now"
    )


def test_topics_of_ones_own_are_learned() -> None:
    some = {slug: topic for slug, topic in topics().items() if slug.startswith("bug.")}
    assert lexicon_of(some, digest_of(some)) == Lexicon.build(some)


def test_a_lexicon_is_read_as_it_was_written() -> None:
    some = Lexicon.build({slug: topic for slug, topic in topics().items() if slug.startswith("bug.")})
    content = written(Kept("some", some))
    assert read_back(content) == Kept("some", some)
    assert written(Kept("some", some)) == content


def test_what_features_have_in_common_is_held_once() -> None:
    [kept] = KEPT
    for rows in (list(kept.lexicon.weights.values()), [row for said in kept.lexicon.phrases for row in said.values()]):
        assert len({id(row) for row in rows}) == len(set(rows)) < 0.7 * len(rows)
