"""A clause is shown with everything that rests on it, and with a request that it decides."""

from app.policy.loading import load
from app.policy.pages.citing import explain_clause
from tests.policy.documents import LIBRARY, SMALL

DOCUMENT = load(SMALL, LIBRARY).document


def test_a_clause_is_shown_with_the_parts_that_rest_on_it() -> None:
    explained = explain_clause(DOCUMENT, "SMA-3")
    assert explained is not None
    assert explained.text == "Outages are looked at within one hour."
    assert [(use.pointer, use.sentence) for use in explained.uses] == [
        ("/targets/0", "targets 0: first answer: the priority is high → within 1 h"),
        ("/rules/1", "rules 1: priority: the topic is Site does not answer → priority high"),
    ]
    assert explained.questions == (("A_SMA_03", "How soon?", "PT1H"),)


def test_it_speaks_the_language_that_is_asked_for() -> None:
    explained = explain_clause(DOCUMENT, "SMA-1", "fr")
    assert explained is not None
    assert explained.text == "Nous répondons du lundi au vendredi."
    assert "calendars office: lun.–ven. 09:00–17:00" in [use.sentence for use in explained.uses]


def test_an_informative_clause_says_why_nothing_rests_on_it() -> None:
    explained = explain_clause(DOCUMENT, "SMA-4")
    assert explained is not None
    assert (explained.uses, explained.informative) == ((), "It decides nothing.")


def test_there_is_nothing_to_say_about_a_clause_of_somebody_else() -> None:
    assert explain_clause(DOCUMENT, "XXX-1") is None
