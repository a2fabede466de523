"""How near a text is to single phrases of a topic: what the mean of a topic's phrases blurs."""

import math
from collections.abc import Iterable, Mapping, Sequence

Postings = Mapping[str, Sequence[int]]
"""Of one topic, by feature: a phrase that has it and its weight there, the next phrase and its weight, and so on."""

_HEARD_AGAIN, _WORTH = 10, 0.6
_NEAREST = (1.0, 0.7, 0.49)
_WHOLE = 10**3
"""Weights are whole parts of this: many thousands of them are kept."""


def postings(phrases: Iterable[Mapping[str, float]]) -> Postings:
    """Of the weighed phrases of a topic."""
    found: dict[str, tuple[int, ...]] = {}
    for place, phrase in enumerate(phrases):
        for feature, x in phrase.items():
            found[feature] = (*found.get(feature, ()), place, round(x * _WHOLE))
    return found


def length_of(said: Postings) -> int:
    """How many phrases there are."""
    return 1 + max((pairs[-2] for pairs in said.values()), default=-1)


def brought_nearer(
    scores: Mapping[int, float], vector: Mapping[str, float], phrases: Sequence[Postings], lengths: Sequence[int]
) -> dict[int, float]:
    """The scores, those of the best topics raised by how near the text is to their nearest phrases."""
    best = best_first(scores)[:_HEARD_AGAIN]
    return {**scores, **{at: scores[at] + _WORTH * _nearness(vector, phrases[at], lengths[at]) for at in best}}


def best_first(scores: Mapping[int, float]) -> list[int]:
    """The topics by their scores; of equals the first."""
    return sorted(sorted(scores), key=scores.__getitem__, reverse=True)


def _nearness(vector: Mapping[str, float], said: Postings, length: int) -> float:
    near = [0.0] * length
    for feature, x in vector.items():
        pairs = said.get(feature)
        if pairs is not None:
            pair = iter(pairs)
            for place, weight in zip(pair, pair, strict=True):
                near[place] += x * weight
    nearest = sorted(filter(None, near), reverse=True)
    return math.fsum(share * like for share, like in zip(_NEAREST, nearest, strict=False)) / _WHOLE
