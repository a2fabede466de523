"""The client area of the demonstration, as people use it: with a mouse, with a keyboard alone, and by ear."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.watching import Watched

# Somebody's first click, and the clauses of the provider that answer it.
PROVIDERS = {
    "Plutus": "PLU-",
    "Technical Support Center": "TSC-",
    "Mexxus": "MEX-",
    "Kenotronix": "KEN-",
    "Hospedagem BRS": "BRS-",
}


def visit(page: Page, provider: str, person: str | None = None) -> None:
    page.goto("/demo")
    page.get_by_role("radio", name=provider).check()
    expect(page.get_by_role("heading", name=f"What {provider} will decide")).to_be_visible()
    if person is not None:
        page.get_by_label("You are").select_option(label=person)
        title = "Tickets" if "level" in person else "Your tickets"
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_role("navigation").get_by_role("listitem").first).to_be_visible()


def write(page: Page, subject: str, body: str, topic: str | None = None) -> None:
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("What happened").fill(body)
    if topic is not None:
        page.get_by_label("About").select_option(topic)
    expect(page.locator("#summary")).not_to_be_empty(timeout=15_000)


@pytest.mark.parametrize(("provider", "prefix"), PROVIDERS.items())
def test_each_provider_decides_by_its_own_clauses_while_one_writes(page: Page, provider: str, prefix: str) -> None:
    visit(page, provider)
    page.get_by_label("Subject").press_sequentially("e-mail")
    verdict = page.locator("#verdict")
    expect(verdict.get_by_role("link", name=re.compile(prefix)).first).to_be_visible(timeout=15_000)
    for part in ("Admission", "Priority", "Coverage", "Cost", "Time"):
        expect(verdict.get_by_role("heading", name=part)).to_be_visible()
    with page.context.expect_page() as opened:
        verdict.get_by_role("link", name=re.compile(prefix)).first.click()
    expect(opened.value.locator("body")).to_contain_text(prefix)


def test_a_request_goes_from_words_to_consent_to_payment(new_page: NewPage) -> None:
    page = new_page().page
    visit(page, "Plutus", "Thandi Mokoena, primary")
    write(page, "Our order script fails", "Please debug the PHP that we wrote.", "code.debug")
    page.get_by_label("Estimated minutes").fill("40")
    expect(page.locator("#verdict")).to_contain_text("ZAR 226.67", timeout=15_000)
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", name="Our order script fails", level=1)).to_be_visible()
    expect(page.locator("#clocks")).to_contain_text("left")
    page.get_by_role("button", name="Agree to the price").click()
    expect(page.get_by_role("heading", name=re.compile("Price Consented"))).to_be_visible()
    page.get_by_label("Your reply").fill("Whenever it suits you.")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_label("Conversation")).to_contain_text("Whenever it suits you.")
    page.get_by_role("button", name=re.compile("Let billing report")).click()
    expect(page.locator("#price")).to_contain_text("Paid: ZAR 226.67.")
    # The same ticket, seen by somebody of the staff.
    at = page.url.rsplit("/", 1)[1]
    page.get_by_label("You are").select_option(label="Ayanda Dlamini, level 1")
    page.get_by_role("navigation").get_by_role("link", name=re.compile("Our order script fails")).click()
    expect(page).to_have_url(re.compile(at))
    page.get_by_role("button", name="Assign").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.locator("#head")).to_contain_text("with Ayanda Dlamini")


def test_a_refusal_names_its_clause_and_leads_to_its_page(new_page: NewPage) -> None:
    page = new_page().page
    visit(page, "Kenotronix")
    write(page, "The backup of last week", "Please restore it.", "backup.restore")
    expect(page.locator("#summary")).to_contain_text("Refused")
    expect(page.locator("#verdict").get_by_role("link", name=re.compile("KEN-")).first).to_be_visible()


def test_all_of_it_can_be_done_with_the_keyboard(new_page: NewPage) -> None:
    page = new_page().page
    page.goto("/demo#/plutus")
    subject = page.get_by_label("Subject")
    expect(subject).to_be_focused(timeout=15_000)
    page.keyboard.type("Mail is down")
    page.keyboard.press("Tab")
    page.keyboard.type("None of us gets any mail since this morning.")
    expect(page.locator("#summary")).not_to_be_empty(timeout=15_000)
    seen: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent || document.activeElement.name")
        outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outlined != "none", f"nobody sees that {focused} has the focus"
        seen.append(focused)
        if focused == "Open the ticket":
            break
    assert seen[-1] == "Open the ticket", seen
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mail is down", level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    close = page.get_by_role("button", name="Close", exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if close.evaluate("(one) => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_contain_text("Closed")


def test_a_dialog_keeps_the_focus_and_gives_it_back(new_page: NewPage) -> None:
    watch = new_page()
    page = watch.page
    visit(page, "Plutus", "Ayanda Dlamini, level 1")
    page.get_by_role("navigation").get_by_role("link").first.click()
    triage = page.get_by_role("button", name="Diagnose")
    triage.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Diagnose")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(one) => one.contains(document.activeElement)")
    assert watch.barriers() == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(triage).to_be_focused()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_nothing_keeps_anybody_out(new_page: NewPage, width: int, scheme: str) -> None:
    watch: Watched = new_page(width, 900, scheme)
    page = watch.page
    visit(page, "Plutus")
    assert watch.barriers() == []
    write(page, "Please debug our script", "It is PHP that we wrote.", "code.debug")
    assert watch.barriers() == []
    page.get_by_role("navigation").get_by_role("link", name=re.compile("Our mail does not arrive")).click()
    expect(page.get_by_role("heading", name="Our mail does not arrive", level=1)).to_be_visible()
    expect(page.locator("#clocks")).to_contain_text("left")
    assert watch.barriers() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_would_say_so(new_page: NewPage) -> None:
    """The negative control: a picture without words, and words that can hardly be seen."""
    watch = new_page()
    visit(watch.page, "Plutus")
    watch.page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any(one.startswith("image-alt") for one in watch.barriers())
