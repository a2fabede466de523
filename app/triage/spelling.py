"""Mistyped words brought back to ones that are known: one letter too many, too few, wrong or swapped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SHORTEST, _SHORTEST_SLIP = 5, 6


@dataclass(frozen=True, slots=True)
class Spelling:
    """Known words, findable by what is left of them when any one letter is dropped."""

    words: tuple[str, ...]
    known: frozenset[str]
    by_gap: Mapping[str, str]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Spelling":
        """The first word named wins where two leave the same."""
        long = [word for word in dict.fromkeys(words) if len(word) >= _SHORTEST and word.isalpha()]
        by_gap: dict[str, str] = {}
        for word in long:
            for gap in _gaps(word):
                by_gap.setdefault(gap, word)
        return cls(tuple(long), frozenset(long), by_gap)

    def mended(self, word: str) -> str:
        """The known word that is one slip away; else the same."""
        if len(word) < _SHORTEST_SLIP or word in self.known or not word.isalpha():
            return word
        if word in self.by_gap:
            return self.by_gap[word]
        for gap in _gaps(word):
            if gap in self.known:
                return gap
            if gap in self.by_gap:
                return self.by_gap[gap]
        return word


def _gaps(word: str) -> Iterable[str]:
    """Not of the first letter, which people seldom get wrong."""
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))
