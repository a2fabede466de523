"""What is included, and what misses oblige to, stands on the page for customers in their own words."""

import pytest

from app.policy.library.files import library
from app.policy.loading import load
from app.policy.pages.rendering import markdown, page
from tests.policy.harbour import harbour
from tests.policy.test_strangers import TEXTS


def shown(slug: str, language: str | None = None) -> str:
    return markdown(page(load(TEXTS[slug], library()).document, language))


@pytest.mark.parametrize(
    ("slug", "line"),
    [
        ("fjordnett", "credits: 10 a year (as your contract says); one for each started 30 min; 2 times as much: "
                      "start of the work within the hours “natt”; kept one period longer; at most 365 days"),
        ("fjordnett", "4 % for each started 1 h of delay; at most 20 % a month"),
        ("fjordnett", "included (klippekort), then charged (Arbeid)"),
        ("fjordnett", "in blocks of 15 min; signed first; plus tax"),
        ("fjordnett", "at least 1, at most 5"),
        ("kirinode", "requests: 3 within 30 days; when account reseller is known"),
        ("kirinode", "5500 JPY / 38.00 USD up to 30 min; 9900 JPY / 68.00 USD up to 1 h; 8800 JPY / 60.00 USD per 1 h"),
        ("kirinode", "| theirs | Mon–Fri 09:00–18:00 | yours |"),
        ("deichwerk", "requests: 1 a year"),
        ("deichwerk", "10 % down to 99 % availability; 25 % down to 0 % availability a month"),
        ("bluestem", "as your contract says; in blocks of 15 min; kept one period longer"),
        ("bluestem", "5 % from 3 misses; 15 % from 5 misses a month"),
    ],
)  # fmt: skip
def test_the_page_says_what_is_included_and_what_is_owed(slug: str, line: str) -> None:
    assert line in shown(slug, "en")


def test_years_that_begin_with_another_month_and_what_follows_are_said() -> None:
    hours = {"unit": "tickets", "grant": {"amount": 3}, "per": "month", "then": "coupons", "clauses": ["HAR-10"]}
    coupons = {**hours, "name": "Coupons", "per": "year", "year_from": 4, "then": "development"}
    shown = markdown(page(harbour({"allowances": {"hours": hours, "coupons": coupons}}).document))
    assert "| hours | requests: 3 a month | Coupons |" in shown
    assert "| Coupons | requests: 3 a year; years begin with month 4 | development |" in shown


def test_it_says_so_in_the_customers_language() -> None:
    french = shown("fjordnett", "fr")
    assert "4 % par tranche entamée de 1 h de retard; au plus 20 % par mois" in french
    assert "## Aide comprise" in french


def test_a_policy_that_owes_nothing_has_no_such_heading() -> None:
    assert "O que devemos" not in shown("enseada", "pt-BR")
