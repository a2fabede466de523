"""`make pictures`: the pictures of the README, taken anew."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import FLAGS
from tests.stories.desk import demonstration

FOLDER = Path(__file__).parents[2] / "docs" / "images"
SHOTS = (("light", 1280, 860), ("dark", 1280, 860), ("narrow", 400, 860))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, demonstration(Path(folder)) as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        for name, width, height in SHOTS:
            _take(browser, str(desk.http.base_url), name, width, height)
        browser.close()


def _take(browser: Browser, origin: str, name: str, width: int, height: int) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if name == "dark" else "light",
        base_url=origin,
    )
    page.goto("/demo#/plutus")
    page.get_by_role("button", name="Please debug our order script").click()
    page.get_by_label("About").select_option("code.debug")
    page.get_by_label("Estimated minutes").fill("40")
    expect(page.locator("#verdict")).to_contain_text("ZAR 226.67", timeout=15_000)
    if name != "light":
        page.get_by_role("button", name="Open the ticket").click()
        expect(page.locator("#clocks")).to_contain_text("left", timeout=15_000)
        # What was said of it is gone by then.
        page.wait_for_timeout(6_500)
    page.screenshot(path=FOLDER / f"demo-{name}.png")


if __name__ == "__main__":
    main()
