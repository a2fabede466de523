"""The evidence in a text: what was said, alone and beside its neighbour, each with its weight."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.triage.meanings import Piece, pieces
from app.triage.text import Told

_SAYS_NOTHING = frozenset({"§number", "§file"})
# What a word means counts fully; its form, and its company, a little less.
_MEANING, _FORM, _PAIR = 1.0, 0.7, 0.6
UNKNOWN = ""
"""Under this name stands the rarity of what no topic knows."""
_SUBJECT, _SAID, _LOGS, _PRODUCT = 2.0, 1.0, 0.5, 0.5


@dataclass(slots=True)
class Evidence:
    weight: float
    kind: float
    said: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as evidence: the whole of it, and subject and body each by itself."""

    whole: Mapping[str, Evidence]
    parts: tuple[Mapping[str, Evidence], ...]


def of_phrase(text: str, mended: Callable[[str], str] | None = None) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for feature, kind, said in _features(pieces(text, mended)):
        known = found.get(feature)
        if known:
            known.weight += 1
        else:
            found[feature] = Evidence(1, kind, said)
    return found


def of_message(told: Told, product: str | None = None, mended: Callable[[str], str] | None = None) -> Heard:
    """The subject counts most, what machines wrote least; a reply without words is read by what it quotes."""
    subject = of_phrase(told.subject, mended)
    body = of_phrase(told.said or (told.quoted if not told.subject else ""), mended)
    whole = {of: Evidence(found.weight * _SUBJECT, found.kind, found.said) for of, found in subject.items()}
    for feature, found in body.items():
        before = whole[feature].weight if feature in whole else 0.0
        whole[feature] = Evidence(before + found.weight * _SAID, found.kind, found.said)
    # A log says the same thing a hundred times, and what an account holds is said of every ticket: each counts once.
    for weight, text in ((_LOGS, told.logs), (_PRODUCT, (product or "").replace("_", " "))):
        for feature, found in of_phrase(text).items() if text else ():
            whole.setdefault(feature, Evidence(weight, found.kind, found.said))
    return Heard(whole, (subject, body))


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
    unknown = rarity.get(UNKNOWN, 0.0)
    known: dict[str, float] = {}
    length = 0.0
    for feature, found in evidence.items():
        rare = rarity.get(feature)
        if rare is None and " " in feature:
            continue
        x = (1 + math.log(max(found.weight, 0.4))) * found.kind * (unknown if rare is None else rare)
        length += x * x
        if rare is not None:
            known[feature] = x
    scale = math.sqrt(length) or 1.0
    return {feature: x / scale for feature, x in known.items()}
