"""What is covered: entries found by topic, the narrowest first, and those that override others by their rank."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.policy.compiled.conditions import Condition, matches_topic
from app.policy.language.document import Document
from app.policy.language.rules import CoverageEntry


@dataclass(frozen=True, slots=True)
class CompiledEntry:
    entry: CoverageEntry
    when: Condition
    provisional: Condition
    gates: tuple[tuple[str, Condition], ...]
    position: int
    products: tuple[str, ...]
    variants: tuple[str, ...]

    def concerns(self, product: str | None, variant: str | None) -> bool:
        if self.products and product not in self.products:
            return False
        return not self.variants or variant in self.variants

    def rank(self, topic: str | None) -> tuple[int, int, int, int]:
        """Narrower entries first: topic, then product, then condition, then the document's order."""
        return (-self._breadth(topic), -bool(self.entry.products), -bool(self.entry.when), self.position)

    def _breadth(self, topic: str | None) -> int:
        fitting = [p for p in self.entry.topics if p == topic or (topic or "").startswith(p + ".")]
        return max((len(p) + (1000 if p == topic else 0) for p in fitting), default=0)


class CoverageTable:
    def __init__(self, document: Document, condition: Callable[[Mapping[str, Any] | None], Condition]) -> None:
        self._topics = document.topics
        self._entries = [
            CompiledEntry(
                e,
                condition(e.when),
                condition(e.provisional_when),
                tuple((gate.value, condition(p)) for gate, p in e.gate_first.items()),
                i,
                e.products,
                e.variants,
            )
            for i, e in enumerate(document.coverage)
        ]
        self._of_topic: dict[str | None, tuple[CompiledEntry, ...]] = {}
        self._over_topic: dict[str | None, tuple[CompiledEntry, ...]] = {}

    @cached_property
    def _overrides(self) -> tuple[CompiledEntry, ...]:
        ranked = [e for e in self._entries if e.entry.override is not None]
        return tuple(sorted(ranked, key=lambda e: (e.entry.override or 0, e.position)))

    @cached_property
    def _by_pattern(self) -> dict[str, list[CompiledEntry]]:
        index: dict[str, list[CompiledEntry]] = {}
        for entry in self._entries:
            if entry.entry.override is None:
                for pattern in entry.entry.topics:
                    index.setdefault(pattern, []).append(entry)
        return index

    def overrides_for(self, topic: str | None) -> tuple[CompiledEntry, ...]:
        """Those of a topic, by their rank; kept for the topics the document knows."""
        known = self._over_topic.get(topic)
        if known is None:
            known = tuple(
                ready
                for ready in self._overrides
                if falls_under(topic, ready.entry.topics) and not (topic and falls_under(topic, ready.entry.except_))
            )
            if topic is None or topic in self._topics:
                self._over_topic[topic] = known
        return known

    def entries_for(self, topic: str | None) -> tuple[CompiledEntry, ...]:
        """Ordinary entries that may hold for a topic, the narrowest first; kept for the topics the document knows."""
        known = self._of_topic.get(topic)
        if known is None:
            found = {e.position: e for pattern in _patterns(topic) for e in self._by_pattern.get(pattern, ())}
            known = tuple(sorted(found.values(), key=lambda e: e.rank(topic)))
            if topic is None or topic in self._topics:
                self._of_topic[topic] = known
        return known


def falls_under(topic: str | None, patterns: Iterable[str]) -> bool:
    """Whether a topic (or none) falls under one of the patterns; `*` takes even an unknown topic."""
    return matches_topic(topic, patterns) if topic is not None else "*" in tuple(patterns)


def _patterns(topic: str | None) -> list[str]:
    if topic is None:
        return ["*"]
    parts = topic.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)] + ["*"]
