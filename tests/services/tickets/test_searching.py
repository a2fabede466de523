"""What is typed into the search becomes a few terms, or is refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import Problem
from app.base.identifiers import new_reference
from app.services.tickets.searching import terms_of


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("checkout dead", ["checkout", "dead"]),
        ('"checkout is dead" -paypal', ['"checkout is dead"', "-paypal"]),
        ('checkout -"pay pal"', ["checkout", '-"pay pal"']),
        ("checkout & | !", ["checkout"]),
        ('an "unclosed phrase', ["an", '"unclosed', "phrase"]),
        ("\u00e9chec", ["\u00e9chec"]),
    ],
)
def test_words_and_phrases_are_told_apart(typed: str, terms: list[str]) -> None:
    assert terms_of(typed) == terms


def test_a_reference_is_known_as_it_is_said() -> None:
    reference = new_reference("MEX")
    assert terms_of(reference.lower().replace("-", " ", 0)) == [reference]
    assert terms_of(f"mex-{reference[4:].replace('-', '')}") == [reference]


@pytest.mark.parametrize(("typed", "code"), [("-paypal", "required"), ("&", "required"), ("a " * 11, "too_long")])
def test_what_cannot_be_looked_for_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        terms_of(typed)
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/query/q", code)]


@given(st.text(max_size=60))
def test_anything_typed_is_taken_or_refused(typed: str) -> None:
    try:
        terms = terms_of(typed)
    except Problem:
        return
    assert 1 <= len(terms) <= 10
    assert all(term.strip("-") for term in terms)
