"""`propose`: from a customer's words to the topics they may be about, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.triage.confidence import chance
from app.triage.features import Evidence, of_message, weighed
from app.triage.lexicon import Lexicon
from app.triage.signals import Signals, read_signals
from app.triage.text import read

SURE_ENOUGH = 0.5
"""Below this the ticket goes to staff triage, with the candidates shown."""
_MOST_CANDIDATES, _MOST_REASONS = 5, 4


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

    `product`: what the account has, if known; `products`: names by which products may be called, to their slugs.
    """
    told = read(subject, body)
    candidates = _candidates(lexicon, of_message(told, product))
    return Proposal(language or lexicon.languages.of(told.own), candidates, read_signals(told, products=products))


def _candidates(lexicon: Lexicon, evidence: Mapping[str, Evidence]) -> tuple[Candidate, ...]:
    vector = weighed(evidence, lexicon.rarity)
    scores = lexicon.scores(vector)
    ranked = sorted((at for at in scores if scores[at] > 0), key=lambda at: (-scores[at], at))[:_MOST_CANDIDATES]
    found = []
    left = 1.0
    for place, at in enumerate(ranked):
        area = _area(lexicon.topics[at])
        rivals = [scores[other] for other in scores if other != at and _area(lexicon.topics[other]) != area]
        sure = chance(scores[at] - max(rivals, default=0.0)) if place == 0 else left * 0.5
        left = max(0.0, left - sure)
        because = _because(lexicon, at, vector, evidence)
        found.append(Candidate(lexicon.topics[at], round(sure, 2), because))
    return tuple(found)


def _because(
    lexicon: Lexicon, at: int, vector: Mapping[str, float], evidence: Mapping[str, Evidence]
) -> tuple[str, ...]:
    speaks: dict[str, float] = {}
    for feature, x in vector.items():
        weight = dict(lexicon.weights.get(feature, ())).get(at, 0.0)
        if weight > 0:
            said = evidence[feature].said
            speaks[said] = speaks.get(said, 0.0) + x * weight
    return tuple(sorted(speaks, key=lambda said: (-speaks[said], said))[:_MOST_REASONS])


def _area(topic: str) -> str:
    return topic.partition(".")[0]
