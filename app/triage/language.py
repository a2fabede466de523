"""Which language a text is in, told by triples of letters learned from texts in each."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

_MOST_READ = 400
_BETWEEN = re.compile("[^a-z]+")
_UNSEEN, _PLACES = 0.3, 3


@dataclass(frozen=True, slots=True)
class Languages:
    """Languages that can be told apart; the evidence of each triple for each of them."""

    tags: tuple[str, ...]
    evidence: Mapping[str, tuple[float, ...]]

    @classmethod
    def learned(cls, samples: Mapping[str, Iterable[str]]) -> "Languages":
        """From texts by language."""
        counts = {tag: Counter(_triples("\n".join(texts))) for tag, texts in sorted(samples.items())}
        sums = {tag: sum(count.values()) + 1 for tag, count in counts.items()}
        evidence = {}
        for triple in sorted(set().union(*counts.values())) if counts else ():
            logs = [math.log((count[triple] + _UNSEEN) / sums[tag]) for tag, count in counts.items()]
            mean = math.fsum(logs) / len(logs)
            evidence[triple] = tuple(round(log - mean, _PLACES) for log in logs)
        return cls(tuple(counts), evidence)

    def of(self, text: str) -> str | None:
        """The likeliest; None where the text gives no hint."""
        heard = list(filter(None, map(self.evidence.get, _triples(text[:_MOST_READ]))))
        if len(heard) < 2:
            return None
        # Added up one by one: `sum` rounds otherwise in later versions of Python.
        sums = [reduce(add, column, 0.0) for column in zip(*heard, strict=True)]
        return self.tags[max(range(len(sums)), key=sums.__getitem__)]


def _triples(text: str) -> Iterable[str]:
    """Of letters only; a word's edges count as blanks."""
    plain = text.casefold()
    if plain.isascii():
        letters = " ".join(_BETWEEN.sub(" ", plain).split())
    else:
        letters = " ".join("".join(c if c.isalpha() else " " for c in plain).split())
    spaced = f" {letters} "
    return [spaced[at : at + 3] for at in range(len(spaced) - 2)]
