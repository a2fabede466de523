"""`propose`: from a customer's words to the topics they may be about, with reasons."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.triage.confidence import chance, sureness
from app.triage.extraction import error_said
from app.triage.features import Evidence, Heard, of_message, weighed
from app.triage.lexicon import Lexicon
from app.triage.nearness import best_first
from app.triage.signals import Signals, read_signals
from app.triage.text import Told, read

SURE_ENOUGH = 0.6
"""Below this the ticket goes to staff triage, with the candidates shown."""
_MOST_CANDIDATES, _MOST_REASONS = 5, 4
_ENOUGH_TO_AGREE = 2
"""Things said in a part of the message, for it to count as agreeing."""
_SPEAKS = 0.05
"""The least weight with which a word speaks for a topic."""


@dataclass(frozen=True, slots=True)
class Candidate:
    topic: str
    confidence: float
    because: tuple[str, ...]
    """Words of the text that led to it, strongest first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What triage makes of a message; it suggests and decides nothing."""

    language: str | None
    candidates: tuple[Candidate, ...]
    signals: Signals

    @property
    def topic(self) -> str | None:
        """The first candidate's, where that is sure enough; else staff choose."""
        return self.candidates[0].topic if self.candidates and self.candidates[0].confidence >= SURE_ENOUGH else None


def propose(
    lexicon: Lexicon,
    subject: str,
    body: str,
    *,
    language: str | None = None,
    product: str | None = None,
    products: Mapping[str, str] | None = None,
) -> Proposal:
    """Topic candidates, best first. Pure, deterministic, and bounded for any text.

    `product`: what the account has, if known; `products`: names by which products may be called, folded, to slugs.
    """
    told = read(subject, body)
    signals = read_signals(told, error_said(told), products=products)
    return proposed(lexicon, told, signals, language=language, product=product)


def proposed(
    lexicon: Lexicon, told: Told, signals: Signals, *, language: str | None = None, product: str | None = None
) -> Proposal:
    """The same from a message that is read already, and its signals."""
    tongue = language or lexicon.languages.of(told.own)
    heard = of_message(told, product, lexicon.spelling.mended)
    return Proposal(tongue, _candidates(lexicon, heard), signals)


def _candidates(lexicon: Lexicon, heard: Heard) -> tuple[Candidate, ...]:
    vector = weighed(heard.whole, lexicon.rarity)
    scores = lexicon.closer(vector)
    ranked = [at for at in best_first(scores)[:_MOST_CANDIDATES] if scores[at] > 0]
    if not ranked:
        return ()
    first = chance(sure_of(lexicon, heard, scores))
    chances = [first, *_shared(1 - first, [scores[at] for at in ranked[1:]])]
    because = _because(lexicon, ranked, vector, heard.whole)
    return tuple(
        Candidate(lexicon.topics[at], round(sure, 2), because[at]) for at, sure in zip(ranked, chances, strict=True)
    )


def sure_of(lexicon: Lexicon, heard: Heard, scores: Mapping[int, float]) -> float:
    return sureness(*told_by(lexicon, heard, scores))


def told_by(lexicon: Lexicon, heard: Heard, scores: Mapping[int, float]) -> tuple[float, int, int]:
    """What the best topic rests on.

    How far it is ahead of those of other areas, how many of subject and body agree on its area, and how many things
    that were said speak for it.
    """
    best, areas = _best(scores), lexicon.areas
    area = areas[best]
    rivals = [score for at, score in scores.items() if areas[at] != area]
    parts = (lexicon.scores(weighed(part, lexicon.rarity)) for part in heard.parts if len(part) >= _ENOUGH_TO_AGREE)
    agreeing = sum(areas[_best(part)] == area for part in parts if part)
    return scores[best] - max(rivals, default=0.0), agreeing, _speaking(lexicon, heard, best)


def _speaking(lexicon: Lexicon, heard: Heard, topic: int) -> int:
    speak = set[str]()
    for feature, found in heard.whole.items():
        if " " not in feature:
            for at, weight in lexicon.weights.get(feature, ()):
                if at == topic and weight > _SPEAKS:
                    speak.add(found.said)
    return len(speak)


def _best(scores: Mapping[int, float]) -> int:
    return max(sorted(scores), key=scores.__getitem__)


def _shared(left: float, scores: Sequence[float]) -> list[float]:
    """What the first leaves, by their scores; none above the half of it."""
    whole = math.fsum(scores) or 1.0
    return [left * min(0.5, score / whole) for score in scores]


def _because(
    lexicon: Lexicon, ranked: Sequence[int], vector: Mapping[str, float], evidence: Mapping[str, Evidence]
) -> dict[int, tuple[str, ...]]:
    """Of each topic the words that speak for it, strongest first."""
    speaks: dict[int, dict[str, float]] = {at: {} for at in ranked}
    for feature, x in vector.items():
        for at, weight in lexicon.weights.get(feature, ()):
            if at in speaks and weight > 0:
                said = evidence[feature].said
                speaks[at][said] = speaks[at].get(said, 0.0) + x * weight
    return {
        at: tuple(sorted(words, key=lambda said: (-words[said], said))[:_MOST_REASONS]) for at, words in speaks.items()
    }
