"""What reading costs: memory, processor time for each ticket, and how that grows with the length of a text."""

import re
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from app.triage.proposal import propose
from tests.triage.tickets import lexicon, tickets, topics

MEDIAN, SLOWEST, MEMORY = 2.0, 15.0, 100.0
"""Milliseconds, milliseconds at the 99th of a hundred tickets, megabytes."""
DOUBLED, BOUNDED = 3.0, 60.0
"""How many times the time a text of twice the length may take; milliseconds for a text of any length."""
QUIET = 0.165
"""Milliseconds that the yardstick takes on the quiet core for which the limits are meant."""
LENGTHS = (1_000, 2_000, 4_000, 8_000)
HOSTILE = (
    *("a", "a.", "a@", "1.", "=", "> ", "'a", "$ 1,1", "http://", "From: ", "\n", "e\u0301", "site down ", "ataaque "),
    *("On Monday x wrote:\n", "at a.b(\n", "2025-01-01 00:00:00 ", "12 of our people ", "not not not "),
)
ORDINARY = ("dev", "others", "unseen")
_HOSTILE_LENGTH = 1_000_000
_WORD, _PANGRAMS = re.compile("[a-z]+"), "the quick brown fox jumps over a lazy dog " * 12
_TRIES = 3
"""The least of some counts: what else a machine does makes it longer and never shorter."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of processor time, and megabytes."""

    each: Sequence[float]
    by_length: Sequence[float]
    """For texts of `LENGTHS` characters."""
    hostile: float
    """For the slowest of the hostile texts, a million characters each."""
    memory: float

    def __str__(self) -> str:
        return (
            f"median {self.median:.2f} ms  p99 {self.slowest:.2f} ms of {len(self.each)};"
            f" {', '.join(f'{n // 1000} kB {ms:.1f} ms' for n, ms in zip(LENGTHS, self.by_length, strict=True))};"
            f" hostile {self.hostile:.0f} ms at most; {self.memory:.0f} MB of memory"
        )

    @property
    def median(self) -> float:
        return sorted(self.each)[len(self.each) // 2]

    @property
    def slowest(self) -> float:
        return sorted(self.each)[int(len(self.each) * 0.99)]


def memory() -> float:
    """Megabytes that the process grows by when it comes to know the catalogue's words; only the first call says so."""
    topics()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lexicon()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def ordinary() -> list[float]:
    """For each ticket in strangers' words, as on a quiet core: who else uses it slows down the yardstick, too."""
    taken, yards = [], []
    for ticket in (ticket for name in ORDINARY for ticket in tickets(name)):
        yards.append(_yard())
        taken.append(min(_reading(ticket.subject, ticket.body) for _ in range(_TRIES)))
    slower = max(1.0, sorted(yards)[len(yards) // 2] / QUIET)
    return [each / slower for each in taken]


def _yard() -> float:
    """Some work of the same kind: words found and counted."""
    before = time.process_time()
    counted: dict[str, int] = {}
    for _ in range(6):
        for match in _WORD.finditer(_PANGRAMS):
            counted[match.group()] = counted.get(match.group(), 0) + 1
    return (time.process_time() - before) * 1e3


def lengths() -> list[float]:
    words = [word for ticket in tickets("own") for word in ticket.body.split()]
    text = " ".join(word + "\n" * (at % 12 == 0) for at, word in enumerate(islice(cycle(words), LENGTHS[-1])))
    return [min(_reading("", text[:length]) for _ in range(_TRIES)) for length in LENGTHS]


def hostile() -> float:
    texts = (part * (_HOSTILE_LENGTH // len(part)) for part in HOSTILE)
    return max(_reading(text, text) for text in texts)


def _reading(subject: str, body: str) -> float:
    before = time.process_time()
    propose(lexicon(), subject, body)
    return (time.process_time() - before) * 1e3


def dear(costs: Costs) -> list[str]:
    """What costs more than it may, in words."""
    if not costs.each:
        return ["time: nothing was read"]
    found = []
    if costs.median > MEDIAN or costs.slowest > SLOWEST:
        found.append(f"time: {costs.median:.2f} ms, at most {costs.slowest:.2f}, not {MEDIAN} and {SLOWEST}")
    for length, short, long in zip(LENGTHS, costs.by_length, costs.by_length[1:], strict=False):
        if long > DOUBLED * short:
            found.append(f"time: {long / short:.1f} times as much for {2 * length} characters as for {length}")
    if costs.hostile > BOUNDED:
        found.append(f"time: {costs.hostile:.0f} ms for a hostile text, not {BOUNDED}")
    if costs.memory > MEMORY:
        found.append(f"memory: {costs.memory:.0f} MB, not {MEMORY}")
    return found
