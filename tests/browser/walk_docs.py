"""The documentation of a running desk with the network closed: it is drawn, and nothing was asked of anybody else."""

from playwright.sync_api import expect

from tests.browser.conftest import NewPage


def test_the_interactive_documentation_is_drawn(new_page: NewPage) -> None:
    page = new_page().page
    page.goto("/docs")
    expect(page.locator(".opblock", has_text="/healthz").first).to_be_visible(timeout=60_000)
    assert page.locator(".opblock").count() > 100


def test_the_reference_is_drawn(new_page: NewPage) -> None:
    page = new_page().page
    page.goto("/redoc")
    expect(page.get_by_role("heading", name="Clausedesk").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Open a ticket").first).to_be_attached(timeout=60_000)


def test_the_page_of_a_problem_says_what_to_do(new_page: NewPage) -> None:
    watch = new_page()
    watch.page.goto("/problems/idempotency_key_reused")
    expect(watch.page.get_by_role("heading", level=1)).to_contain_text("The key was used for another request")
    expect(watch.page.locator("body")).to_contain_text("Use a fresh key")
    assert watch.barriers() == []
