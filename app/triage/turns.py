"""Turns of phrase by which people hint at something, each told by words that it cannot be without."""

import re
from collections.abc import Mapping

from app.triage.beginnings import beginnings, whole_words
from app.triage.hints import HINTS, NUMBERS, PEOPLE, THINGS
from app.triage.stopwords import STOP_WORDS

_COUNTED = rf"(\d{{1,5}}|{'|'.join(sorted(NUMBERS))}) (?:of (?:our|my|the) )?(?:[a-z]{{2,12}} )?{PEOPLE}"
PATTERNS = {
    name: re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)") for name, ways in {**HINTS, "people": (_COUNTED,)}.items()
}
"""By what they hint at."""

Turn = tuple[int, str, tuple[str, ...]]
"""How far before a word it begins, what it hints at, and the ways in which it begins."""

_COMMON, _COMMONEST = frozenset(STOP_WORDS.split()), frozenset({"of", "the", "our", "my", "is", "not"})


def told_best_by(begin: str) -> tuple[tuple[str, int], frozenset[str]] | None:
    """Of what begins so, the word that tells it best and its place, and the other words; None where none is whole."""
    words = whole_words(begin)
    best = min(words, key=_commonness, default=None)
    return (best, frozenset(word for word, place in words if place != best[1])) if best is not None else None


def _commonness(word: tuple[str, int]) -> tuple[bool, bool, int, int]:
    said, place = word
    return said in _COMMONEST, said in _COMMON, -len(said), -place


_BEGIN = sorted((name, begin) for name, ways in HINTS.items() for way in ways for begin in beginnings(way))


def _by_word() -> Mapping[str, tuple[frozenset[str] | None, tuple[Turn, ...]]]:
    found: dict[str, dict[tuple[int, str], list[str]]] = {}
    beside: dict[str, list[frozenset[str]]] = {}
    for name, begin in _BEGIN:
        if told := told_best_by(begin):
            (word, ahead), others = told
            found.setdefault(word, {}).setdefault((ahead, name), []).append(begin.removesuffix("\n"))
            beside.setdefault(word, []).append(others)
    return {
        word: (
            frozenset[str]().union(*beside[word]) if all(beside[word]) else None,
            tuple([(ahead, name, tuple(begins)) for (ahead, name), begins in places.items()]),
        )
        for word, places in found.items()
    }


BY_WORD = _by_word()
"""By the word that tells them: words of which another is there, too, where that is known; and the turns."""
BY_LETTERS = tuple((begin, name) for name, begin in _BEGIN if not told_best_by(begin) and not begin.isdecimal())
"""The beginnings of those that no whole word tells."""
OF_FIGURES = ("people", *sorted({name for name, begin in _BEGIN if begin.isdecimal()}))
"""What those that begin with a figure may hint at; they and others that begin with a number count something."""
COUNTED = frozenset(told[0][0] for of in (PEOPLE, THINGS) for begin in beginnings(of) if (told := told_best_by(begin)))
"""Words of which one is in whatever counts something."""
