"""Phrases of the published page."""

import pytest

from app.policy.pages.phrases import phrase


@pytest.mark.parametrize(
    ("key", "language", "words"),
    [
        ("term email", "fr", "e-mail"),
        ("term web", "pt-BR", "sites"),
        ("term web", "pt", "sites"),
        ("term web", "de", "websites"),
        ("term web", "en-GB", "websites"),
    ],
)
def test_a_phrase_is_said_in_the_language_else_in_english(key: str, language: str, words: str) -> None:
    assert phrase(key, language) == words


def test_parts_stand_in_their_place() -> None:
    assert phrase("holidays_of", "fr", "FR") == "jours fériés (FR)"


@pytest.mark.parametrize(
    ("key", "words"), [("term own_code.php", "own code php"), ("short term", "short term"), ("plain", "plain")]
)
def test_what_has_no_phrase_is_shown_as_words(key: str, words: str) -> None:
    assert phrase(key, "fr") == words
