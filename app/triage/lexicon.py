"""What the topics of a policy sound like, learned once from their names, descriptions and phrases."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from app.triage.features import UNKNOWN, Evidence, of_phrase, weighed
from app.triage.language import Languages
from app.triage.meanings import trade_words
from app.triage.nearness import Postings, brought_nearer, length_of, postings
from app.triage.spelling import Spelling
from app.triage.words import tokens

# A topic starts as the mean of its texts; each text that does not win by the margin then pulls its topic nearer and
# pushes the strongest rival away. Few rounds of small steps do; more only learn the phrases by heart.
_START, _MARGIN, _MOST_STEP, _ROUNDS = 2.0, 0.4, 0.2, 3
_RARITY, _UNKNOWN = 0.8, 0.8
_FAINT, _PLACES = 0.02, 3

Texts = str | Mapping[str, str]


class TopicTexts(Protocol):
    """What a policy says of a topic; texts by language tag, or one for all."""

    @property
    def names(self) -> Texts: ...
    @property
    def descriptions(self) -> Texts: ...
    @property
    def phrases(self) -> Mapping[str, Sequence[str]]: ...


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Immutable and shared; built once for a catalogue of topics."""

    topics: tuple[str, ...]
    languages: Languages
    spelling: Spelling
    rarity: Mapping[str, float]
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    """By feature: topics by their place, and how much the feature speaks for or against each."""
    phrases: tuple[Postings, ...]
    """By topic."""
    areas: tuple[str, ...] = field(init=False)
    """The first word of each topic, by its place."""
    lengths: tuple[int, ...] = field(init=False)
    """How many phrases each topic has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(map(length_of, self.phrases)))
        object.__setattr__(self, "areas", tuple(topic.partition(".")[0] for topic in self.topics))

    @classmethod
    def build(cls, topics: Mapping[str, TopicTexts]) -> "Lexicon":
        """Deterministic; some seconds for a catalogue of the usual size."""
        slugs = tuple(sorted(topics))
        texts = [(at, tag, text) for at, slug in enumerate(slugs) for tag, text in _texts(topics[slug])]
        read = [of_phrase(text) for _, _, text in texts]
        rarity = _rarity(read)
        examples = [(at, weighed(found, rarity)) for (at, _, _), found in zip(texts, read, strict=True)]
        samples: dict[str, list[str]] = {}
        for _, tag, text in texts:
            if tag:
                samples.setdefault(tag.partition("-")[0], []).append(text)
        spelling = Spelling.of(chain(trade_words(), *(tokens(text) for _, _, text in texts)))
        vectors: list[list[Mapping[str, float]]] = [[] for _ in slugs]
        for at, vector in examples:
            vectors[at].append(vector)
        phrases = tuple(map(postings, vectors))
        return cls(slugs, Languages.learned(samples), spelling, rarity, _weights(examples), phrases)

    def scores(self, vector: Mapping[str, float]) -> dict[int, float]:
        """How much a weighed text sounds like each topic that it has anything in common with."""
        sums: dict[int, float] = {}
        so_far, weights = sums.get, self.weights.get
        for feature, x in vector.items():
            for at, weight in weights(feature, ()):
                sums[at] = so_far(at, 0.0) + x * weight
        return sums

    def closer(self, vector: Mapping[str, float]) -> dict[int, float]:
        """The same, and the best of them heard again phrase by phrase."""
        return brought_nearer(self.scores(vector), vector, self.phrases, self.lengths)


def _texts(topic: TopicTexts) -> Iterator[tuple[str, str]]:
    for texts in (topic.names, topic.descriptions):
        yield from (("", texts),) if isinstance(texts, str) else texts.items()
    for tag, phrases in topic.phrases.items():
        for phrase in phrases:
            yield tag, phrase


def _rarity(read: Sequence[Mapping[str, Evidence]]) -> dict[str, float]:
    seen = Counter(feature for found in read for feature in found)
    texts = 1 + len(read)
    rarity = {f: round((math.log(texts / (1 + times)) + 1) ** _RARITY, _PLACES) for f, times in seen.items()}
    return rarity | {UNKNOWN: _UNKNOWN * max(rarity.values(), default=0.0)}


def _weights(examples: Sequence[tuple[int, Mapping[str, float]]]) -> dict[str, tuple[tuple[int, float], ...]]:
    weights: dict[str, dict[int, float]] = {}
    sizes = Counter(at for at, _ in examples)
    for at, vector in examples:
        for feature, x in vector.items():
            towards = weights.setdefault(feature, {})
            towards[at] = towards.get(at, 0.0) + _START * x / sizes[at]
    order = _mixed(len(examples))
    for _ in range(_ROUNDS):
        order = [place for place in order if _learn(weights, *examples[place])]
    found = {
        feature: tuple((at, round(weight, _PLACES)) for at, weight in sorted(by.items()) if abs(weight) > _FAINT)
        for feature, by in weights.items()
    }
    return {feature: by for feature, by in found.items() if by}


def _learn(weights: dict[str, dict[int, float]], right: int, vector: Mapping[str, float]) -> bool:
    """Whether there was anything to learn."""
    sums: dict[int, float] = {}
    for feature, x in vector.items():
        for at, weight in weights[feature].items():
            sums[at] = sums.get(at, 0.0) + x * weight
    own = sums.pop(right, 0.0)
    most = max(sums.values(), default=None)
    rival = max((at for at, sum_ in sums.items() if sum_ == most), default=None)
    short = _MARGIN if rival is None else _MARGIN - (own - sums[rival])
    if rival is None or short <= 0:
        return False
    step = min(_MOST_STEP, short / 2)
    for feature, x in vector.items():
        towards = weights[feature]
        towards[right] = towards.get(right, 0.0) + step * x
        towards[rival] = towards.get(rival, 0.0) - step * x
    return True


def _mixed(count: int) -> list[int]:
    """Every place once, neighbours far apart, the same on every machine."""
    step = max(1, round(count * 0.618))
    while math.gcd(step, count) > 1:
        step += 1
    return [place * step % count for place in range(count)]
