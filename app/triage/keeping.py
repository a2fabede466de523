"""A lexicon as a file keeps it: read in a hundredth of the time that learning it takes.

One line for each thing, so that reading it never holds the whole twice.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, Final, TypeVar

import orjson

from app.triage.language import Languages
from app.triage.lexicon import Lexicon
from app.triage.spelling import Spelling

Value = TypeVar("Value")
Row = tuple[Any, ...]

_WHOLE: Final = 10**3
"""Weights are learned to three places, and kept as whole numbers."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was learned, and the digest of the topics that it was learned from."""

    digest: str
    lexicon: Lexicon


def written(kept: Kept) -> bytes:
    """The same bytes for the same lexicon; each feature is named once, and by its place after that."""
    lexicon = kept.lexicon
    places = {feature: place for place, feature in enumerate(sorted(lexicon.rarity.keys() | lexicon.weights.keys()))}
    evidence, words = lexicon.languages.evidence, lexicon.spelling.words
    head = {
        "digest": kept.digest,
        "topics": lexicon.topics,
        "tags": lexicon.languages.tags,
        "triples": len(evidence),
        "words": len(words),
        "features": len(places),
    }
    lines = (
        head,
        *([triple, *logs] for triple, logs in evidence.items()),
        *words,
        *([feature, lexicon.rarity.get(feature), *_wholes(lexicon, feature)] for feature in places),
        *([[places[feature], *pairs] for feature, pairs in said.items()] for said in lexicon.phrases),
    )
    return gzip.compress(b"\n".join(map(orjson.dumps, lines)), mtime=0)


def _wholes(lexicon: Lexicon, feature: str) -> Iterator[int]:
    return (whole for at, weight in lexicon.weights.get(feature, ()) for whole in (at, round(weight * _WHOLE)))


def read_back(content: bytes) -> Kept:
    """Equal numbers, and equal rows of them, are one object: most features have theirs in common with others."""
    lines = map(orjson.loads, gzip.GzipFile(fileobj=BytesIO(content)))
    head: dict[str, Any] = next(lines)
    logs, log_rows = dict[float, float](), dict[Row, Row]()
    evidence = {
        triple: _one(log_rows, tuple(map(logs.setdefault, found, found)))
        for triple, *found in islice(lines, head["triples"])
    }
    spelling = Spelling.of(islice(lines, head["words"]))
    features, rarity, weights = list[str](), dict[str, float](), dict[str, tuple[tuple[int, float], ...]]()
    weight, weight_rows = _Weights(), dict[Row, Row]()
    for feature, rare, *wholes in islice(lines, head["features"]):
        features.append(feature)
        if rare is not None:
            rarity[feature] = _one(logs, rare)
        if wholes:
            pairs = zip(*[iter(wholes)] * 2, strict=True)
            weights[feature] = _one(weight_rows, tuple(map(weight.__getitem__, pairs)))
    numbers, number_rows = dict[int, int](), dict[Row, Row]()
    phrases = tuple(
        {features[place]: _one(number_rows, tuple(map(numbers.setdefault, said, said))) for place, *said in topic}
        for topic in lines
    )
    languages = Languages(tuple(head["tags"]), evidence)
    return Kept(head["digest"], Lexicon(tuple(head["topics"]), languages, spelling, rarity, weights, phrases))


def _one(known: dict[Value, Value], value: Value) -> Value:
    return known.setdefault(value, value)


class _Weights(dict[tuple[int, int], tuple[int, float]]):
    """A topic and a whole number, to the topic and its weight."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[int, float] = {}

    def __missing__(self, key: tuple[int, int]) -> tuple[int, float]:
        at, whole = key
        self[key] = found = (at, self._parts.setdefault(whole, whole / _WHOLE))
        return found
