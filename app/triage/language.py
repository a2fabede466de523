"""Which language a text is in, told by triples of letters learned from texts in each."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MOST_READ = 400
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
        sums = [0.0] * len(self.tags)
        seen = 0
        for triple in _triples(text[:_MOST_READ]):
            found = self.evidence.get(triple)
            if found:
                seen += 1
                for at, log in enumerate(found):
                    sums[at] += log
        if seen < 2:
            return None
        best = max(range(len(sums)), key=lambda at: sums[at])
        return self.tags[best]


def _triples(text: str) -> Iterable[str]:
    """Of letters only; a word's edges count as blanks."""
    letters = " ".join("".join(c if c.isalpha() else " " for c in text.casefold()).split())
    spaced = f" {letters} "
    return (spaced[at : at + 3] for at in range(len(spaced) - 2))
