"""Hints for staff, each with the words that gave it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.extraction import error_said
from app.triage.hints import HINTS, PEOPLE
from app.triage.leads import leads
from app.triage.signals import Signals, heard, read_signals
from app.triage.text import folded, read
from app.triage.turns import PATTERNS
from tests.triage.tickets import tickets


def signals(text: str, **names: str) -> Signals:
    told = read("", text)
    return read_signals(told, error_said(told), products={folded(name): slug for name, slug in names.items()})


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("12 colleagues cannot work", 12),
        ("the three of us", 3),
        ("four people in accounts", 4),
        ("nos quinze employés attendent", 15),
        ("somos 30 pessoas paradas", 30),
        ("it happens since 12 days", None),
    ],
)
def test_people_are_counted_where_they_are_named(text: str, people: int | None) -> None:
    assert signals(text).people == people


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("nobody in the office gets mail", "all"),
        ("several colleagues see it", "many"),
        ("only me, the others are fine", "single"),
        ("plus personne n'a internet", "all"),
        ("só no meu computador", "single"),
        ("nobody told me why", None),
    ],
)
def test_how_many_are_hit_is_heard(text: str, scope: str | None) -> None:
    assert signals(text).scope == scope


def test_whom_the_sender_blames_is_only_a_claim() -> None:
    assert signals("It broke after your maintenance.").cause == "provider"
    assert signals("I deleted the folder by mistake.").cause == "customer"
    assert signals("It is broken.").cause is None


@pytest.mark.parametrize(
    "text",
    [
        "The mail server is dead and all of us cannot work.",
        "Plus aucun de nos serveurs ne répond, l'usine est à l'arrêt.",
        "A empresa inteira está sem internet, ninguém consegue trabalhar.",
        "Everything on that machine is dead, 40 customer sites.",
    ],
)
def test_a_standstill_is_an_emergency(text: str) -> None:
    found = signals(text)
    assert found.emergency
    assert found.because


@pytest.mark.parametrize(
    "text",
    [
        "URGENT!!! please change my password immediately",
        "My mouse is dead, I have a meeting in an hour",
        "Is there a way to see whether the site was down last month?",
        "Everybody here likes your service.",
        "The printer shows offline on my pc, everybody else can print.",
    ],
)
def test_one_persons_hurry_is_no_emergency(text: str) -> None:
    assert not signals(text).emergency


def test_anger_is_told_from_abuse() -> None:
    assert signals("This is unacceptable.").angry
    assert not signals("This is unacceptable.").abusive
    assert signals("you bastards").abusive
    assert not signals("Please have a look.").angry


def test_a_named_product_is_found_by_any_of_its_names() -> None:
    assert signals("Trouble with Managed WordPress today", **{"managed wordpress": "wp", "vps": "vps"}).product == "wp"
    assert signals("the vpsx", vps="vps").product is None


def test_each_hint_comes_with_its_words() -> None:
    found = signals(
        'Since your maintenance nobody in the office gets mail on the Virtual Server: "550 relay denied". '
        "12 colleagues wait, this is urgent!",
        **{"Virtual server": "vps"},
    )
    hints = {hint.name: (hint.value, hint.because) for hint in found.hints()}
    assert hints["people"] == (12, ("12 colleagues",))
    assert hints["cause"] == ("provider", ("your maintenance",))
    assert hints["scope"][0] == "all"
    assert hints["urgent"] == (True, ("urgent",))
    assert hints["error"] == ("550 relay denied", ("550 relay denied",))
    assert hints["product"] == ("vps", ("virtual server",))
    assert all(words for _, words in hints.values())


def test_nobodys_address_stands_in_a_hint() -> None:
    (hint,) = signals('It says "550 <anna@quay.example>: recipient rejected" and no more.').hints()
    assert hint.value == "550 <…@…>: recipient rejected"


def test_plain_words_hint_at_nothing() -> None:
    assert signals("Please send me the invoice of May.").hints() == ()


def test_looking_where_a_turn_of_phrase_may_begin_finds_what_searching_for_each_would() -> None:
    texts = [folded(read(t.subject, t.body).own) for name in ("others", "unseen", "fresh") for t in tickets(name)]
    assert sum(searched(text) for text in texts) > 50


_WAYS = st.sampled_from([way for ways in HINTS.values() for way in ways] + [rf"(?:\d{{1,5}}|one|deux|dez) {PEOPLE}"])


@given(
    st.lists(_WAYS.flatmap(lambda way: st.from_regex(re.compile(way, re.ASCII), fullmatch=True)), max_size=6), st.data()
)
@settings(max_examples=60, deadline=None)
def test_turns_of_phrase_are_found_wherever_they_stand(turns: list[str], data: st.DataObject) -> None:
    between = st.sampled_from([" ", ", ", "\n", "", "-", " not ", " of ", "_", "é", "٣ ", "7", " the two "])
    searched(folded("".join(turn + data.draw(between) for turn in turns)))


def searched(text: str) -> int:
    """How many turns of phrase are in it, found in both ways."""
    found, heard_ = 0, heard(text, leads(text))
    for name, pattern in PATTERNS.items():
        searched_for = [match.group() for match in pattern.finditer(text)]
        assert [match.group() for match in heard_.get(name, ())] == searched_for, (name, text)
        found += len(searched_for)
    return found
