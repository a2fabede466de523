"""How turns of phrase begin."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.beginnings import LONGEST, any_of, beginnings
from app.triage.hints import HINTS


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        ("down|offline", {"down", "offline"}),
        ("e-?mail|idiots?", {"e-mail", "email", "idiot", "idiots"}),
        ("on e?", {"on ", "on e"}),
        ("a?b", {"ab", "b"}),
        ("ab+c|ab*c|ab{2}", {"ab", "a"}),
        (r"(?:no|any)+ one|on \w+", {"no", "any", "on "}),
        (r"(?:plus )?personne n(?:e|'\w+)(?! nous)", {"plus per", "personne"}),
        (r"(?:no ?body|no one)(?! told)|\.locked", {"nobody", "no body", "no one", ".locked"}),
        (r"(\d{2}|two) sites", {"two site", *"0123456789"}),
        (r"(?:(?:all|any) of )?us", {"all of u", "any of u", "us"}),
    ],
)
def test_a_pattern_begins_as_its_alternatives_do(pattern: str, begins: set[str]) -> None:
    assert beginnings(pattern) == begins


def test_any_of_several_beginnings_is_found_by_one_pattern() -> None:
    pattern = re.compile(any_of({"no", "no o", "not", "down", ".loc", "1", "2"}))
    assert {text for text in ("now", "not", "dow", "downs", "xloc", ".loc", "7", "n") if pattern.match(text)} == {
        *("now", "not", "downs", ".loc", "7"),
    }


@pytest.mark.parametrize("pattern", [r"\w+ing", "[ab]c", "(?!no)x", "", ".x", "(?:open"])
def test_what_could_begin_with_anything_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"begins|closed"):
        beginnings(pattern)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_matches_a_hint_begins_as_foreseen(data: st.DataObject) -> None:
    way = data.draw(st.sampled_from([way for ways in HINTS.values() for way in ways]))
    text = data.draw(st.from_regex(re.compile(way, re.ASCII), fullmatch=True))
    assert text.startswith(tuple(beginnings(way)))


def test_beginnings_are_short_and_stand_where_a_word_or_a_stop_does() -> None:
    found = [begin for ways in HINTS.values() for way in ways for begin in beginnings(way)]
    assert all(len(begin) <= LONGEST and re.match(r"[\w.]", begin) for begin in found)
