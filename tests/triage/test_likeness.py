"""The same problem told twice is found, and two problems of one account are kept apart."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.lexicon import Lexicon
from app.triage.likeness import ALIKE, Likeness, Sound, compared, may_be_alike
from tests.triage.figures import Pairs
from tests.triage.floors import confused
from tests.triage.pairs import alike, found, pairs
from tests.triage.tickets import lexicon, tickets


def test_the_set_is_large_and_in_three_languages() -> None:
    assert len(pairs()) >= 150
    assert {pair.language for pair in pairs()} == {"en", "fr", "pt-BR"}


def test_what_is_found_is_the_same_problem_and_most_are_found() -> None:
    assert confused(Pairs.of(pairs(), found(pairs()))) == []


def test_who_takes_all_for_the_same_or_none_is_told_so() -> None:
    assert "to be the same problem" in confused(Pairs.of(pairs(), pairs()))[0]
    assert confused(Pairs.of(pairs(), [])) != []
    assert confused(Pairs.of([], [])) != []


def test_tickets_about_different_matters_are_not_confused() -> None:
    asked = [t for t in tickets("own") if t.language == "en"][::4]
    different = [
        (one, two) for one, two in itertools.combinations(asked, 2) if one.labels[0].topic != two.labels[0].topic
    ]
    taken = different[:: max(1, len(different) // 400)]
    confused = [
        1 for one, two in taken if alike(f"{one.subject}\n{one.body}", f"{two.subject}\n{two.body}").score >= ALIKE
    ]
    assert len(taken) >= 400
    assert len(confused) <= 2


def test_a_cheap_look_tells_most_apart_and_never_what_is_alike() -> None:
    heard = [(Sound(lexicon(), pair.first), Sound(lexicon(), pair.second)) for pair in pairs()]
    crossed = [(one, other) for (one, _), (_, other) in itertools.pairwise(heard)]
    assert all(may_be_alike(one, two) or compared(one, two).score < ALIKE for one, two in (*heard, *crossed))
    assert sum(not may_be_alike(one, two) for one, two in crossed) > 0.7 * len(crossed)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("harbourtoys.example is down, timeouts", "harbourbooks.example is down, timeouts"),
        ("mailbox anna@oak.example is full", "mailbox ben@oak.example is full"),
        ("invoice 20341 was charged twice", "invoice 20377 was charged twice"),
        ("Server 14 unreachable", "Server 9 unreachable"),
    ],
)
def test_the_same_of_another_thing_is_another_problem(first: str, second: str) -> None:
    assert alike(first, second).score < ALIKE <= alike(first, first).score


def test_the_same_is_known_in_another_language() -> None:
    assert alike("certificate expired on the website", "certificat expiré sur le site").score >= ALIKE


def test_a_reply_that_quotes_is_compared_by_its_own_words() -> None:
    quoting = "My invoice is wrong, VAT is missing.\n\nOn Monday, Support wrote:\n> the website is down"
    assert alike("website down, nothing loads", quoting).score < alike("invoice without VAT", quoting).score


def test_the_words_in_common_are_shown_and_names_first() -> None:
    because = alike("oak.example: certificate expired", "the certificate of oak.example ran out, it expired").because
    assert because[0] == "oak.example"
    assert {"certificate", "expired"} <= set(because)


def test_greetings_and_urgency_make_nothing_alike() -> None:
    hurried = "Good morning team, please help, it is urgent: {} Thank you, kind regards, John"
    assert alike(hurried.format("the printer jams."), hurried.format("our invoice is wrong.")).score < ALIKE


def test_no_words_are_like_nothing() -> None:
    assert alike("", "") == alike("???", "site down") == Likeness(0.0, ())
    said = Sound(Lexicon.build({}), "site down")
    assert compared(said, said).score == 0.0


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_it_is_symmetric_between_none_and_one_and_the_same_each_time(first: str, second: str) -> None:
    there, back = alike(first, second), alike(second, first)
    assert there.score == back.score
    assert 0 <= there.score <= 1
    assert there == alike(first, second)


@pytest.mark.parametrize("hostile", ["a." * 15_000, "1." * 15_000, "a@" * 15_000, "9" * 30_000, "site down " * 3_000])
def test_hostile_text_is_bounded(hostile: str) -> None:
    assert alike(hostile, hostile[::-1]).score <= 1
