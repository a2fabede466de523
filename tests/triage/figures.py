"""How well tickets were read, in figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Tally:
    """Strict and accepted answers, with what macro-F1 needs."""

    strict: int = 0
    accepted: int = 0
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.pairs)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.strict + other.strict, self.accepted + other.accepted, self.pairs + other.pairs)

    def add(self, wanted: str, alternatives: Iterable[str], got: str | None, *, also: bool = False) -> None:
        self.strict += got == wanted
        self.accepted += also or got == wanted or got in tuple(alternatives)
        self.pairs.append((wanted, str(got)))

    def __str__(self) -> str:
        if not self.pairs:
            return "nothing to compare"
        strict, accepted = self.strict / self.asked, self.accepted / self.asked
        return f"{strict:.3f} strict  {accepted:.3f} accepted  F1 {macro_f1(self.pairs):.3f}  of {self.asked}"


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over the classes that are wanted at least once."""
    wanted, got, both = (
        Counter(w for w, _ in pairs),
        Counter(g for _, g in pairs),
        Counter(w for w, g in pairs if w == g),
    )
    return sum(2 * both[c] / (n + got[c]) for c, n in wanted.items()) / len(wanted)


@dataclass(frozen=True, slots=True)
class Answer:
    """One label's: how sure triage was, and whether it was right."""

    confidence: float
    strict: bool
    accepted: bool


@dataclass(slots=True)
class Reading:
    """What was read of the topics of one set."""

    name: str
    topic: Tally = field(default_factory=Tally)
    plain: Tally = field(default_factory=Tally)
    """The nearest centroid's."""
    languages: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    answers: list[Answer] = field(default_factory=list)
    to_staff: int = 0
    tickets: int = 0

    @property
    def lead(self) -> float:
        return (self.topic.strict - self.plain.strict) / max(1, self.topic.asked)

    def surest_half(self) -> list[Answer]:
        return sorted(self.answers, key=lambda answer: -answer.confidence)[: len(self.answers) // 2]

    def tenths(self) -> list[list[Answer]]:
        """By confidence."""
        bins: list[list[Answer]] = [[] for _ in range(10)]
        for answer in self.answers:
            bins[min(9, int(answer.confidence * 10))].append(answer)
        return bins

    def off(self) -> float:
        """How far what is said lies from what is right, over the ten bins by their size."""
        gaps = (abs(sum(answer.confidence - answer.strict for answer in inside)) for inside in self.tenths())
        return sum(gaps) / max(1, len(self.answers))


@dataclass(slots=True)
class Alarms:
    """Emergencies that were heard, missed, and heard where there was none."""

    heard: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: "Alarms") -> "Alarms":
        return Alarms(self.heard + other.heard, self.missed + other.missed, self.false + other.false)

    def add(self, alarm: bool, wanted: bool, alternatives: Iterable[bool]) -> None:
        self.heard += alarm and wanted
        self.false += alarm and not wanted and True not in alternatives
        self.missed += wanted and not alarm and False not in alternatives

    def __str__(self) -> str:
        recall, precision = share(self.heard, self.heard + self.missed), share(self.heard, self.heard + self.false)
        return f"recall {recall}  precision {precision}  of {self.heard + self.missed}"


class Likened(Protocol):
    @property
    def same(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of messages: how many were found to be the same problem, how many of these are, and how many are in all."""

    found: int
    right: int
    same: int

    @classmethod
    def of(cls, asked: Sequence[Likened], found: Sequence[Likened]) -> "Pairs":
        return cls(len(found), sum(pair.same for pair in found), sum(pair.same for pair in asked))

    def __str__(self) -> str:
        recall, precision = share(self.right, self.same), share(self.right, self.found)
        return f"recall {recall}  precision {precision}  of {self.same}"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
