"""The page for customers says what is enforced, in their language, and lets nothing through unescaped."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.language.document import Document
from app.policy.loading import load
from app.policy.pages.phrases import LANGUAGES, phrase
from app.policy.pages.rendering import Heading, Page, Paragraph, Table, clause_page, html, markdown, page
from tests.policy.documents import LIBRARY, SMALL


def document(text: str = SMALL) -> Document:
    return load(text, LIBRARY).document


def cells(shown: Page) -> list[tuple[str, ...]]:
    return [row for block in shown.blocks if isinstance(block, Table) for row in block.rows]


def test_it_begins_with_the_providers_name() -> None:
    assert markdown(page(document())).startswith("# Small Hosting: Support policy\n\nTime zone: Europe/Paris · ")


def test_hours_channels_promises_prices_and_coverage_are_on_it() -> None:
    rows = cells(page(document()))
    assert ("office", "Mon–Fri 09:00–17:00", "Europe/Paris", "public holidays (CA-QC)", "SMA-1") in rows
    assert ("E-mail", "help@small.example", "Mon–Fri 09:00–17:00", "SMA-1") in rows
    assert ("first answer", "the priority is high", "within 1 h", "promised", "SMA-3") in rows
    assert ("Work by the hour", "85.00 EUR per 1 h", "SMA-2") in rows
    assert ("code", "", "charged (Work by the hour)", "SMA-2") in rows


def test_every_clause_is_on_it_with_an_anchor() -> None:
    policy = document()
    headings = {block.anchor for block in page(policy).blocks if isinstance(block, Heading)}
    assert set(policy.clauses) <= headings
    assert '<h3 id="SMA-3">SMA-3</h3>\n<p>Outages are looked at within one hour.</p>' in html(page(policy))


def test_it_speaks_the_documents_language_or_the_one_that_is_asked_for() -> None:
    french = page(document(SMALL.replace("currency: EUR", "currency: EUR\nlocale: fr")))
    assert french.language == "fr"
    assert "Nous répondons du lundi au vendredi." in markdown(french)
    assert "## Ce qui est couvert" in markdown(french)
    portuguese = page(document(), "pt-BR")
    assert "## O que está coberto" in markdown(portuguese)
    assert ("primeira resposta", "a prioridade é high", "em até 1 h", "prometido", "SMA-3") in cells(portuguese)


def test_a_language_nobody_wrote_is_answered_in_the_documents_own() -> None:
    french = document(SMALL.replace("currency: EUR", "currency: EUR\nlocale: fr"))
    assert page(french, "ja") == page(french)


def test_a_clause_has_a_page_of_its_own() -> None:
    shown = clause_page(document(), "SMA-3")
    assert markdown(shown) == "# Small Hosting: SMA-3\n\nOutages are looked at within one hour.\n"


def test_what_is_covered_is_shown_by_product() -> None:
    own = "products: {shared: {name: Shared hosting}}\n"
    entry = "  - {topics: [web.offline], products: [shared], status: not_supported, strict: true}\n"
    shown = markdown(page(document(SMALL.replace("rules:\n", entry + "rules:\n") + own)))
    table = shown.split("### Shared hosting")[1]
    assert "not supported, without exception" in table
    assert "### All products" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_takes_the_same_parts_in_every_language(language: str) -> None:
    assert phrase("lte", language, "A", "B").count("A") == 1
    assert phrase("a_word_nobody_translated", language) == "a word nobody translated"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=80))
def test_nothing_that_a_document_says_becomes_markup(said: str) -> None:
    shown = Page(said, "en", (Heading(1, said, said), Paragraph(said), Table((said,), ((said,),))))
    reader = Reader()
    reader.feed(html(shown))
    assert reader.tags <= {
        *("html", "head", "meta", "title", "body", "main", "h1", "p"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert "<" not in markdown(shown).replace("\\<", "")
    assert markdown(Page("", "en", (Table(("a",), ((said,),)),))).count("\n") == 3
