"""What is covered: entries found by topic, the narrowest first, and those that override others by their rank."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from app.base.vocabulary import Coverage, Strength, WorkGate
from app.policy.compiled.conditions import Condition, matches_topic
from app.policy.language.document import Document
from app.policy.language.rules import CoverageEntry


@dataclass(frozen=True, slots=True)
class CompiledEntry:
    """What is asked for with every request stands here itself; the rest is the entry's."""

    entry: CoverageEntry
    when: Condition
    provisional: Condition | None
    gates: tuple[tuple[WorkGate, Condition], ...]
    position: int
    gives: Coverage
    fee: str | None
    allowance: str | None
    strength: Strength | None
    strict: bool
    waives: bool
    """Whether it covers what would be charged for by itself."""
    adds: bool
    """Whether it suggests, asks for or brings about anything."""
    reads: tuple[str, ...]
    """Facts that are shown where it is cited."""

    @classmethod
    def of(
        cls, entry: CoverageEntry, position: int, condition: Callable[[Mapping[str, Any] | None], Condition]
    ) -> "CompiledEntry":
        when = condition(entry.when)
        return cls(
            entry,
            when,
            condition(entry.provisional_when) if entry.provisional_when is not None else None,
            tuple((gate, condition(p)) for gate, p in entry.gate_first.items()),
            position,
            entry.else_ if entry.only and entry.else_ is not None else entry.status,
            entry.fee,
            entry.allowance,
            entry.strength,
            entry.strict,
            entry.override is not None and entry.status is Coverage.COVERED,
            bool(entry.suggest or entry.missing or entry.effects),
            ("topic", *(("product",) if entry.products else ()), *when.reads),
        )

    def concerns(self, product: str | None, variant: str | None) -> bool:
        entry = self.entry
        if entry.products and product not in entry.products:
            return False
        return not entry.variants or variant in entry.variants

    def rank(self, topic: str | None) -> tuple[int, int, int, int]:
        """Narrower entries first: topic, then product, then condition, then the document's order."""
        return (-self._breadth(topic), -bool(self.entry.products), -bool(self.entry.when), self.position)

    def _breadth(self, topic: str | None) -> int:
        fitting = [p for p in self.entry.topics if p == topic or (topic or "").startswith(p + ".")]
        return max((len(p) + (1000 if p == topic else 0) for p in fitting), default=0)


class Candidates(NamedTuple):
    """Entries that may hold; whether they do is for their conditions to say."""

    ordinary: tuple[CompiledEntry, ...]
    """The narrowest first."""
    overrides: tuple[CompiledEntry, ...]
    """By their rank."""


_MOST_KEPT = 5_000


class CoverageTable:
    def __init__(self, document: Document, condition: Callable[[Mapping[str, Any] | None], Condition]) -> None:
        self._topics = document.topics
        self._entries = [CompiledEntry.of(entry, i, condition) for i, entry in enumerate(document.coverage)]
        self._products = frozenset(product for entry in document.coverage for product in entry.products)
        self._variants = tuple({variant for entry in document.coverage for variant in entry.variants})
        self._found: dict[tuple[str | None, str | None, str | None], Candidates] = {}

    def candidates(self, topic: str | None, product: str | None, variant: str | None) -> Candidates:
        """Kept for the topics, products and variants that the document knows."""
        product = product if product in self._products else None
        variant = variant if variant in self._variants else None
        known = self._found.get((topic, product, variant))
        if known is None:
            found = self.entries_for(topic), self.overrides_for(topic)
            ordinary, overrides = (tuple(e for e in entries if e.concerns(product, variant)) for entries in found)
            known = Candidates(ordinary, overrides)
            if (topic is None or topic in self._topics) and len(self._found) < _MOST_KEPT:
                self._found[topic, product, variant] = known
        return known

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
        """Those of a topic, by their rank."""
        return tuple(
            ready
            for ready in self._overrides
            if falls_under(topic, ready.entry.topics) and not (topic and falls_under(topic, ready.entry.except_))
        )

    def entries_for(self, topic: str | None) -> tuple[CompiledEntry, ...]:
        """Ordinary entries that may hold for a topic, the narrowest first."""
        found = {e.position: e for pattern in _patterns(topic) for e in self._by_pattern.get(pattern, ())}
        return tuple(sorted(found.values(), key=lambda e: e.rank(topic)))


def falls_under(topic: str | None, patterns: Iterable[str]) -> bool:
    """Whether a topic (or none) falls under one of the patterns; `*` takes even an unknown topic."""
    return matches_topic(topic, patterns) if topic is not None else "*" in tuple(patterns)


def _patterns(topic: str | None) -> list[str]:
    if topic is None:
        return ["*"]
    parts = topic.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)] + ["*"]
