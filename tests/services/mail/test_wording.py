"""Every letter in every language, and the operator's own words in place of ours."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.services.mail.languages import LANGUAGES, language_of
from app.services.mail.letters import Letter
from app.services.mail.wording import NAMEABLE, template_faults, worded

FACTS: dict[str, Any] = {
    "provider": "Northwind",
    "reference": "NTH-7K3Q-9F2D-M4XA",
    "subject": "Checkout <b>is</b> dead",
    "due": "2026-02-10 10:00 (UTC)",
    "missing": ["the error message"],
    "sentences": ["Only listed people may ask."],
    "redirect": ["Client area"],
    "said": "Line one.\nLine & two.",
    "author": "Ada",
    "resolution": "Restarted.",
    "about": "plugin removed",
    "total": "85.00 CAD",
    "agree": True,
    "pay": False,
    "survivor": "NTH-2B2B-2B2B-2B2B",
    "action": "Reinstall the account",
    "confirm": "https://my.example/actions/1",
    "lines": ["One hour"],
    "expires": "2026-03-10 10:00 (UTC)",
    "link": "https://my.example/quotes/1",
    "title": "Maintenance",
    "begins": "2026-02-12 02:00 (UTC)",
    "ends": "2026-02-12 03:00 (UTC)",
    "unsubscribe": "https://desk.example/unsubscribe?from=northwind&by=x",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", Letter)
def test_every_letter_has_words_in_every_language(letter: Letter, language: str) -> None:
    subject, text, page = worded(letter, language, FACTS, {})
    assert subject.strip()
    assert "\n" not in subject
    assert text.startswith("##- ")
    assert "{" not in text + subject
    assert f'<html lang="{language}">' in page
    assert "<b>" not in page
    others = [worded(letter, other, FACTS, {})[1] for other in LANGUAGES if other != language]
    assert text not in others


@pytest.mark.parametrize("letter", Letter)
def test_what_is_not_known_leaves_no_hole(letter: Letter) -> None:
    nothing: dict[str, Any] = {name: [] if isinstance(value, list) else None for name, value in FACTS.items()}
    known = nothing | {"provider": "Northwind", "reference": "NTH-1", "subject": "x", "said": "y", "about": "z"}
    _, text, _ = worded(
        letter, "en", known | {"author": "", "resolution": "", "title": "t", "link": "l", "survivor": "NTH-2"}, {}
    )
    assert "None" not in text
    assert "\n\n\n\n" not in text


def test_an_operator_may_say_it_otherwise() -> None:
    own = {"mail_acknowledgement": "We have it, {{ reference }}.\n\nSoon!", "mail_acknowledgement_subject": "Got it"}
    subject, text, page = worded("acknowledgement", "en", FACTS, own)
    assert subject == "Got it"
    assert "We have it, NTH-7K3Q-9F2D-M4XA.\n\nSoon!" in text
    assert "<p>Soon!</p>" in page


@pytest.mark.parametrize(
    "own", ["{{ reference", "{{ ''.__class__.__mro__ }}", "{% for x in range(10**9) %}{% endfor %}"], ids=str
)
def test_a_template_that_cannot_be_used_is_replaced_by_ours(own: str) -> None:
    _, text, _ = worded("acknowledgement", "en", FACTS, {"mail_acknowledgement": own})
    assert "We have received your request." in text


def test_templates_may_name_what_letters_say_and_the_page_lists_it() -> None:
    assert FACTS.keys() == NAMEABLE
    every = " ".join("{{ " + name + " }}" for name in NAMEABLE)
    assert template_faults({"mail_reply": every, "policy_change": "We have {% changed"}) == []
    page = (Path(__file__).parents[3] / "docs" / "mail.md").read_text("utf-8")
    listed = page[page.index("They may\nname ") : page.index("A template that")]
    assert set(re.findall(r"`(\w+)`", listed)) == NAMEABLE


def test_readers_of_other_languages_get_english() -> None:
    assert [language_of(tag) for tag in ("fr-CA", "pt-BR", "EN", "de", None, "")] == [
        "fr",
        "pt",
        "en",
        "en",
        "en",
        "en",
    ]
