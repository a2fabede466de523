"""How turns of phrase begin, and by which of their words they are found, so that none is looked for in vain."""

import re
from collections.abc import Iterator

_LETTER = re.compile(r"[a-z0-9' \n-]|\\\.")
_GROUP = re.compile(r"\((?:\?:|(?!\?))")
_AHEAD = re.compile(r"\(\?[!=]")
_ONE_OF = re.compile(r"\[(?P<letters>[a-z]+)\]")
_ANYTHING = "."
_FIGURES = frozenset("0123456789")
_NOTHING = frozenset({""})
_END = "\n"
_WORD = re.compile(r"[a-z0-9]+(?=[^a-z0-9])")
LONGEST = 24
"""So many characters tell them apart well enough."""


def beginnings(pattern: str) -> frozenset[str]:
    """Of whatever matches the pattern, the first characters: few, but enough to tell; a line's end where that is all.

    For patterns of letters, alternatives, repetitions and what must or must not follow; ValueError for others.
    """
    found = frozenset(begin for way in _ways(pattern) for begin in _of_way(way + _END, LONGEST))
    if not found.isdisjoint(("", _END)):
        raise ValueError(f"Nothing is known of how this begins: {pattern!r}")
    return found


def whole_words(begin: str) -> list[tuple[str, int]]:
    """Those that whatever begins so has, and their places."""
    return [(word.group(), word.start()) for word in _WORD.finditer(begin)]


def _of_way(way: str, room: int) -> frozenset[str]:
    """Its first characters as far as they are known, so many at most."""
    if not room or not way:
        return _NOTHING
    heads: tuple[str, ...]
    if letter := _LETTER.match(way):
        heads, rest = (letter.group()[-1],), way[letter.end() :]
    elif _AHEAD.match(way):
        return _of_way(way[_end_of_group(way) + 1 :], room)
    elif group := _GROUP.match(way):
        end = _end_of_group(way)
        heads, rest = tuple(_ways(way[group.end() : end])), way[end + 1 :]
    elif one := _ONE_OF.match(way):
        heads, rest = tuple(one["letters"]), way[one.end() :]
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
