"""How turns of phrase begin."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.beginnings import LONGEST, beginnings, whole_words
from app.triage.hints import HINTS


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        ("down|offline", {"down\n", "offline\n"}),
        ("e-?mail|idiots?", {"e-mail\n", "email\n", "idiot\n", "idiots\n"}),
        ("on e?", {"on \n", "on e\n"}),
        ("a?b", {"ab\n", "b\n"}),
        ("ab+c|ab*c|ab{2}", {"ab", "a"}),
        ("parad[oa]s", {"parados\n", "paradas\n"}),
        (r"(?:no|any)+ one|on \w+", {"no", "any", "on "}),
        (
            r"(?:plus )?personne n(?:e|'\w+)(?! nous)",
            {*("plus personne ne\n", "plus personne n'"), *("personne ne\n", "personne n'")},
        ),
        (r"(?:no ?body|no one)(?! told)|\.locked", {"nobody\n", "no body\n", "no one\n", ".locked\n"}),
        (r"(\d{2}|two) sites", {"two sites\n", *"0123456789"}),
        (r"(?:(?:all|any) of )?us", {"all of us\n", "any of us\n", "us\n"}),
        ("what is longer than it has to be", {"what is longer than it h"}),
    ],
)
def test_a_pattern_begins_as_its_alternatives_do(pattern: str, begins: set[str]) -> None:
    assert beginnings(pattern) == begins


@pytest.mark.parametrize("pattern", [r"\w+ing", "[^b]c", "(?!no)", "", ".x", "(?:open"])
def test_what_could_begin_with_anything_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"begins|closed"):
        beginnings(pattern)


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ("no one\n", [("no", 0), ("one", 3)]),
        (".locked\n", [("locked", 1)]),
        ("on your si", [("on", 0), ("your", 3)]),
        ("fuck", []),
    ],
)
def test_words_are_whole_where_something_follows(begin: str, words: list[tuple[str, int]]) -> None:
    assert whole_words(begin) == words


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_matches_a_hint_begins_as_foreseen(data: st.DataObject) -> None:
    way = data.draw(st.sampled_from([way for ways in HINTS.values() for way in ways]))
    text = data.draw(st.from_regex(re.compile(way, re.ASCII), fullmatch=True))
    assert f"{text}\n".startswith(tuple(beginnings(way)))


def test_beginnings_are_short_and_stand_where_a_word_or_a_stop_does() -> None:
    found = [begin for ways in HINTS.values() for way in ways for begin in beginnings(way)]
    assert all(len(begin) <= LONGEST and re.match(r"[\w.]", begin) for begin in found)
