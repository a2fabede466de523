"""How turns of phrase begin, so that each is looked for only where it can stand."""

import re
from collections.abc import Iterable, Iterator

_LITERAL = re.compile(r"(?:[a-z0-9' -]|\\\.)*")
_GROUP = re.compile(r"\((?:\?:|(?!\?))")
_FIGURES = tuple("0123456789")
LONGEST = 4
"""So many characters tell them apart well enough."""


def beginnings(pattern: str) -> frozenset[str]:
    """Of whatever matches the pattern, the first characters: few, but enough to tell.

    For patterns of letters, alternatives, repetitions and what must not follow; ValueError for others.
    """
    return frozenset(begin for way in _ways(pattern) for begin in _of_way(way))


def any_of(begins: Iterable[str]) -> str:
    """A pattern that matches where one of these begins, figures for one another."""
    branches: dict[str, set[str]] = {}
    for begin in begins:
        if begin == "":
            return ""
        branches.setdefault(r"\d" if begin in _FIGURES else re.escape(begin[0]), set()).add(begin[1:])
    return f"(?:{'|'.join(first + any_of(rest) for first, rest in sorted(branches.items()))})"


def _of_way(way: str) -> Iterator[str]:
    literal = _LITERAL.match(way)
    head = literal.group().replace("\\", "") if literal else ""
    rest = way[literal.end() :] if literal else way
    sure = head[:-1] if rest[:1] in ("?", "*", "{") else head
    if sure:
        yield sure[:LONGEST]
    elif head and rest[0] != "{":
        yield head
        yield from _of_way(rest[1:])
    elif way.startswith(r"\d"):
        yield from _FIGURES
    elif way.startswith("(") and (inside := _GROUP.match(way)):
        end = _end_of_group(way)
        yield from beginnings(way[inside.end() : end])
        if way[end + 1 : end + 2] == "?":
            yield from _of_way(way[end + 2 :])
    else:
        raise ValueError(f"Nothing is known of how this begins: {way!r}")


def _ways(pattern: str) -> Iterator[str]:
    """The alternatives of the pattern."""
    depth, at = 0, 0
    for place, letter in enumerate(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            yield pattern[at:place]
            at = place + 1
    yield pattern[at:]


def _end_of_group(way: str) -> int:
    depth = 0
    for place, letter in enumerate(way):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    raise ValueError(f"A group is not closed: {way!r}")
