"""The library's own files: catalogues of topics and facts, and holiday sets. The one place here that reads files."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from app.policy.checks.source import read
from app.policy.loading import Catalogue, Library

LEXICON: Final = "lexicon.json.gz"


@cache
def library() -> Library:
    """Everything that comes with the package, read once."""
    root = files("app.policy.library")
    catalogues = {folder.name: _catalogue(folder) for folder in (root / "catalogue").iterdir() if folder.is_dir()}
    holidays = {}
    for file in _documents(root / "holidays"):
        content = _content(file)
        holidays[content["set"]] = tuple(content["dates"])
    return Library(catalogues, holidays)


def providers() -> list[str]:
    """Those whose documents come with the package, by name."""
    return [file.name.removesuffix(".yaml") for file in _documents(files("app.policy.library"))]


def policy_text(provider: str) -> str | None:
    """The document of a provider that comes with the package."""
    named = {file.name.removesuffix(".yaml"): file for file in _documents(files("app.policy.library"))}
    found = named.get(provider)
    return found.read_text(encoding="utf-8") if found else None


def learned_topics() -> Iterator[bytes]:
    """What the topics of each catalogue sound like, as `make lexicon` has learned it."""
    for folder in (files("app.policy.library") / "catalogue").iterdir():
        if (file := folder / LEXICON).is_file():
            yield file.read_bytes()


def _catalogue(folder: Traversable) -> Catalogue:
    topics: dict[str, Any] = {}
    for file in _documents(folder / "topics"):
        topics |= _content(file)["topics"]
    return Catalogue(topics, _content(folder / "facts.yaml")["facts"])


def _documents(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)


def _content(file: Traversable) -> dict[str, Any]:
    content, _ = read(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict), file.name
    return content
