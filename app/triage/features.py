"""The evidence in a text: what was said, alone and beside its neighbour, each with its weight."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.triage.meanings import Piece, pieces
from app.triage.text import Told

_SAYS_NOTHING = frozenset({"§number", "§file"})
# What a word means counts fully; its form, and its company, a little less.
_MEANING, _FORM, _PAIR = 1.0, 0.7, 0.6
_UNKNOWN = 0.8
_SUBJECT, _SAID, _LOGS, _PRODUCT = 2.0, 1.0, 0.5, 0.5


@dataclass(slots=True)
class Evidence:
    weight: float
    kind: float
    said: str


def of_phrase(text: str) -> dict[str, Evidence]:
    return _gathered(((1.0, text),))


def of_message(
    told: Told, product: str | None = None, mended: Callable[[str], str] | None = None
) -> dict[str, Evidence]:
    """The subject counts most, what machines wrote least; a reply without words is read by what it quotes."""
    said = told.said or (told.quoted if not told.subject else "")
    held = (product or "").replace("_", " ")
    return _gathered(((_SUBJECT, told.subject), (_SAID, said), (_LOGS, told.logs), (_PRODUCT, held)), mended)


def of_parts(told: Told, mended: Callable[[str], str] | None = None) -> tuple[dict[str, Evidence], dict[str, Evidence]]:
    """Subject and body each by itself."""
    return _gathered(((1.0, told.subject),), mended), _gathered(((1.0, told.said),), mended)


def _gathered(parts: Iterable[tuple[float, str]], mended: Callable[[str], str] | None = None) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for weight, text in parts:
        for feature, kind, said in _features(pieces(text, mended)):
            known = found.get(feature)
            if known:
                known.weight = max(known.weight, weight) if weight <= _LOGS else known.weight + weight
            else:
                found[feature] = Evidence(weight, kind, said)
    return found


def _features(read: list[Piece]) -> Iterator[tuple[str, float, str]]:
    before: Piece | None = None
    for piece in read:
        if piece.meaning in _SAYS_NOTHING:
            continue
        yield piece.meaning, _MEANING, piece.said
        if piece.meaning.startswith("="):
            for stem in piece.stems:
                yield stem, _FORM, piece.said
        if before and before.meaning != piece.meaning:
            yield f"{before.meaning} {piece.meaning}", _PAIR, f"{before.said} … {piece.said}"
        before = piece


def weighed(evidence: Mapping[str, Evidence], rarity: Mapping[str, float]) -> dict[str, float]:
    """Of length one, rare features longer than common ones.

    What no topic knows is left out, but its words count in the length: who understands half of a text is half as sure.
    """
    rarest = max(rarity.values(), default=1.0)
    known: dict[str, float] = {}
    length = 0.0
    for feature, found in evidence.items():
        rare = rarity.get(feature)
        if rare is None and " " in feature:
            continue
        x = (1 + math.log(max(found.weight, 0.4))) * found.kind * (rarest * _UNKNOWN if rare is None else rare)
        length += x * x
        if rare is not None:
            known[feature] = x
    scale = math.sqrt(length) or 1.0
    return {feature: x / scale for feature, x in known.items()}
