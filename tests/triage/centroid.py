"""What triage has to beat: the nearest centroid of TF-IDF vectors of words, without anything clever."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from app.triage.text import folded
from tests.triage.tickets import topics


@cache
def nearest_centroid() -> Callable[[str], str]:
    """From a text to a topic; learned from the same phrases."""
    texts = [(slug, words_of(text)) for slug, topic in topics().items() for text in _texts_of(topic.model_dump())]
    seen = Counter(word for _, words in texts for word in set(words))
    rare = {word: math.log((1 + len(texts)) / (1 + n)) + 1 for word, n in seen.items()}
    centroids: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for slug, words in texts:
        for word, weight in _vector(words, rare).items():
            centroids[slug][word] += weight
    lengths = {slug: math.sqrt(sum(w * w for w in c.values())) for slug, c in centroids.items()}

    def nearest(text: str) -> str:
        vector = _vector(words_of(text), rare)
        return max(
            sorted(centroids), key=lambda s: sum(w * centroids[s].get(f, 0.0) for f, w in vector.items()) / lengths[s]
        )

    return nearest


def words_of(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in folded(text)).split()


def _texts_of(topic: Mapping[str, Mapping[str, object]]) -> Iterable[str]:
    for texts in (topic["names"], topic["descriptions"]):
        yield from (str(text) for text in texts.values())
    for phrases in topic["phrases"].values():
        assert isinstance(phrases, tuple | list)
        yield from phrases


def _vector(words: Sequence[str], rare: Mapping[str, float]) -> dict[str, float]:
    raw = {word: (1 + math.log(n)) * rare[word] for word, n in Counter(words).items() if word in rare}
    length = math.sqrt(sum(w * w for w in raw.values())) or 1.0
    return {word: w / length for word, w in raw.items()}
