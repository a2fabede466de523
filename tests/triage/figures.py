"""How well tickets were read, in figures, and the floors below which nobody may fall."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Strict and accepted answers, with what macro-F1 needs."""

    strict: int = 0
    accepted: int = 0
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.pairs)

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
    seconds: list[float] = field(default_factory=list)

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

    def add(self, alarm: bool, wanted: bool, alternatives: Iterable[bool]) -> None:
        self.heard += alarm and wanted
        self.false += alarm and not wanted and True not in alternatives
        self.missed += wanted and not alarm and False not in alternatives

    def __str__(self) -> str:
        recall, precision = share(self.heard, self.heard + self.missed), share(self.heard, self.heard + self.false)
        return f"recall {recall}  precision {precision}  of {self.heard + self.missed}"


# Of every set; and ahead of the centroid of all but those in our words that it reads nearly without a fault itself.
SUREST_HALF, LEAD, PLAIN_IS_GOOD = 0.9, 0.1, 0.88
RECALL, PRECISION = 0.9, 0.6


def below(reading: Reading) -> list[str]:
    """The floors under which a reading lies, in words."""
    half = reading.surest_half()
    if not half:
        return [f"{reading.name}: nothing was read"]
    right = sum(answer.strict for answer in half) / len(half)
    found = []
    if right < SUREST_HALF:
        found.append(f"{reading.name}: {right:.3f} of the half that triage is surest of are right, not {SUREST_HALF}")
    if reading.lead < LEAD and reading.plain.strict < PLAIN_IS_GOOD * reading.plain.asked:
        found.append(f"{reading.name}: {reading.lead:+.3f} ahead of the nearest centroid, not {LEAD:+.3f}")
    return found


def unheard(alarms: Alarms) -> list[str]:
    """The floors for emergencies, over all sets together."""
    if alarms.heard < RECALL * (alarms.heard + alarms.missed) or not alarms.heard:
        return [f"emergencies: {alarms}, where {RECALL} are to be heard"]
    if alarms.heard < PRECISION * (alarms.heard + alarms.false):
        return [f"emergencies: {alarms}, where {PRECISION} are to be some"]
    return []


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
