"""The languages in which we write to people, and our words in each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

import app.web

WORDS: Final = Path(app.web.__path__[0]) / "mail"
LANGUAGES: Final = ("en", "fr", "pt")


def language_of(tag: str | None) -> str:
    """Of ours the one that is meant; English where we have none."""
    primary = (tag or "").partition("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


@cache
def words_in(language: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((WORDS / f"{language}.yaml").read_text("utf-8"))
    return read
