"""What the documents name is there: links and their headings, files, make targets, settings."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.base.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(p for p in (ROOT / "docs").rglob("*.md") if "node_modules" not in p.parts)])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
OF_TESTS = {"CLAUSEDESK_TEST_TIER", "CLAUSEDESK_TEST_SEED", "CLAUSEDESK_DRAIN"}
SETTINGS = {f"CLAUSEDESK_{name.upper()}" for name in Settings.model_fields} | OF_TESTS
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]*))?\)")
_FILE = re.compile(r"`((?:app|tests|k8s|docs|alembic|openapi|requirements|\.ci)/[\w./-]*)`")
_SETTING = re.compile(r"\bCLAUSEDESK_[A-Z][A-Z_]*[A-Z]\b")


@cache
def headings(page: Path) -> set[str]:
    """As links name them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def missing(page: Path, text: str) -> Iterator[str]:
    """What a page with this text names and nobody would find."""
    for link, heading in _LINK.findall(text):
        to = page.parent / link if link else page
        if not link.startswith(("http", "mailto")):
            if not to.exists():
                yield link
            elif heading and to.suffix == ".md" and heading not in headings(to):
                yield f"{link}#{heading}"
    yield from (path for path in _FILE.findall(text) if not (ROOT / path).exists())
    yield from (f"make {target}" for target in re.findall(r"`make ([a-z-]+)", text) if target not in TARGETS)
    yield from (name for name in _SETTING.findall(text) if name not in SETTINGS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_that_a_page_names_is_there(page: Path) -> None:
    assert list(missing(page, page.read_text(encoding="utf-8"))) == []


def test_what_is_not_there_is_noticed() -> None:
    text = "[a](nowhere.md) [b](README.md#nothing) `app/nowhere.py` `make gold` `CLAUSEDESK_GREETING` [c](README.md)"
    said = ["nowhere.md", "README.md#nothing", "app/nowhere.py", "make gold", "CLAUSEDESK_GREETING"]
    assert list(missing(ROOT / "index.md", text)) == said
