"""Mistyped words brought back to ones that are known: one letter too many, too few, wrong or swapped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Spelling:
    """Known stems, findable by what is left of them when any one letter is dropped."""

    known: frozenset[str]
    by_gap: Mapping[str, str]

    @classmethod
    def of(cls, stems: Iterable[str]) -> "Spelling":
        """The first stem named wins where two leave the same."""
        words = [word for word in dict.fromkeys(stems) if len(word) >= _SHORTEST and word.isalpha()]
        by_gap: dict[str, str] = {}
        for word in words:
            for gap in _gaps(word):
                by_gap.setdefault(gap, word)
        return cls(frozenset(words), by_gap)

    def mended(self, stem: str) -> str:
        """The known stem that is one slip away; else the same."""
        if len(stem) < _SHORTEST or stem in self.known or not stem.isalpha():
            return stem
        if stem in self.by_gap:
            return self.by_gap[stem]
        for gap in _gaps(stem):
            if gap in self.known:
                return gap
            if gap in self.by_gap:
                return self.by_gap[gap]
        return stem


def _gaps(word: str) -> Iterable[str]:
    """Not of the first letter, which people seldom get wrong."""
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))
