"""How turns of phrase begin, so that each is looked for only where it can stand."""

import re
from collections.abc import Iterable, Iterator

_LETTER = re.compile(r"[a-z0-9' -]|\\\.")
_GROUP = re.compile(r"\((?:\?:|(?!\?))")
_ANYTHING = "."
_FIGURES = frozenset("0123456789")
_NOTHING = frozenset({""})
LONGEST = 8
"""So many characters tell them apart well enough."""


def beginnings(pattern: str) -> frozenset[str]:
    """Of whatever matches the pattern, the first characters: few, but enough to tell.

    For patterns of letters, alternatives, repetitions and what must not follow; ValueError for others.
    """
    found = frozenset(begin for way in _ways(pattern) for begin in _of_way(way, LONGEST))
    if "" in found:
        raise ValueError(f"Nothing is known of how this begins: {pattern!r}")
    return found


def any_of(begins: Iterable[str]) -> str:
    """A pattern that matches where one of these begins, figures for one another."""
    branches: dict[str, set[str]] = {}
    for begin in begins:
        if begin == "":
            return ""
        branches.setdefault(r"\d" if begin in _FIGURES else re.escape(begin[0]), set()).add(begin[1:])
    return f"(?:{'|'.join(first + any_of(rest) for first, rest in sorted(branches.items()))})"


def _of_way(way: str, room: int) -> frozenset[str]:
    """Its first characters as far as they are known, so many at most."""
    if not room or not way:
        return _NOTHING
    if letter := _LETTER.match(way):
        heads, rest = tuple(letter.group()[-1]), way[letter.end() :]
    elif group := _GROUP.match(way):
        end = _end_of_group(way)
        heads, rest = tuple(_ways(way[group.end() : end])), way[end + 1 :]
    else:
        return _FIGURES if way.startswith(r"\d") and room == LONGEST else _NOTHING
    if rest.startswith(("*", "{")):
        return _NOTHING
    if rest.startswith("+"):
        rest = _ANYTHING
    found = frozenset[str]()
    if rest.startswith("?"):
        rest = rest[1:]
        found = _of_way(rest, room)
    if letter:
        return found.union(heads[0] + more for more in _of_way(rest, room - 1))
    return found.union(*(_of_way(head + rest, room) for head in heads))


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
