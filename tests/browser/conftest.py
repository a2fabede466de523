"""One demonstration and one Chromium for all walks; each page is watched while it is walked over."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.watching import Watched, watched
from tests.stories.desk import StoryDesk, demonstration

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The network is closed but for this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
NewPage = Callable[..., Watched]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryDesk]:
    with demonstration(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, desk: StoryDesk) -> Iterator[NewPage]:
    """Makes pages; when the test is over, none may have complained or asked another host."""
    opened: list[Watched] = []

    def make(width: int = 1280, height: int = 900, scheme: str = "light") -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            base_url=str(desk.http.base_url),
        )
        page = watched(context.new_page(), str(desk.http.base_url))
        opened.append(page)
        return page

    yield make
    for each in opened:
        each.page.context.close()
        assert each.complaints == []
        assert each.asked > 0


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page().page
