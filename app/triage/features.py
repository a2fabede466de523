"""The evidence in a text: what was said, alone and beside its neighbour, each with its weight."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.triage.meanings import Piece, pieces
from app.triage.text import Told

_SUBJECT, _SAID, _LOGS, _PRODUCT = 2.0, 1.0, 0.5, 0.5


@dataclass(slots=True)
class Evidence:
    weight: float
    said: str


def of_phrase(text: str) -> dict[str, Evidence]:
    return _gathered(((1.0, text),))


def of_message(told: Told, product: str | None = None) -> dict[str, Evidence]:
    """The subject counts most, what machines wrote least; a reply without words is read by what it quotes."""
    said = told.said or (told.quoted if not told.subject else "")
    held = (product or "").replace("_", " ")
    return _gathered(((_SUBJECT, told.subject), (_SAID, said), (_LOGS, told.logs), (_PRODUCT, held)))


def _gathered(parts: Iterable[tuple[float, str]]) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for weight, text in parts:
        for feature, said in _features(pieces(text)):
            known = found.get(feature)
            if known:
                known.weight += weight
            else:
                found[feature] = Evidence(weight, said)
    return found


def _features(read: list[Piece]) -> Iterator[tuple[str, str]]:
    before: Piece | None = None
    for piece in read:
        yield piece.meaning, piece.said
        if piece.meaning.startswith("="):
            for stem in piece.stems:
                yield stem, piece.said
        if before and before.meaning != piece.meaning:
            yield f"{before.meaning} {piece.meaning}", f"{before.said} … {piece.said}"
        before = piece


def weighed(evidence: Mapping[str, Evidence], rarity: Mapping[str, float]) -> dict[str, float]:
    """Of length one, rare features longer than common ones; what no topic knows is left out."""
    raw = {f: (1 + math.log(max(e.weight, 0.4))) * rarity[f] for f, e in evidence.items() if f in rarity}
    length = math.sqrt(sum(x * x for x in raw.values())) or 1.0
    return {feature: x / length for feature, x in raw.items()}
