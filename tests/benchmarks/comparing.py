"""Two servers in turns, and what one is worth against the other: ratios of answers and of processor time."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.load import Bench, Sample
from tests.benchmarks.servers import Server

HEADING = f"{'':10}{'answers/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'CPU µs':>8}{'PG µs':>8}{'others':>8}"


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times better the second is than the first: medians of the rounds' ratios."""

    rate: float
    cpu: float

    @property
    def best(self) -> float:
        return max(self.rate, self.cpu)


def in_turns(
    bench: Bench, servers: Sequence[Server], name: str, *, rounds: int, seconds: float
) -> Sequence[Sequence[Sample]]:
    """The samples of each server. The first round warms all up and does not count."""
    taken: list[list[Sample]] = [[] for _ in servers]
    for number in range(rounds + 1):
        for server, samples in zip(servers, taken, strict=True):
            sample = bench.measure(server.pid, server.port, server.requests[name], seconds=seconds)
            if number:
                samples.append(sample)
    return taken


def ratio(first: Sequence[Sample], second: Sequence[Sample]) -> Ratio:
    pairs = list(zip(first, second, strict=True))
    return Ratio(
        rate=statistics.median(b.rate / a.rate for a, b in pairs),
        cpu=statistics.median(a.cpu / b.cpu for a, b in pairs),
    )


def line(name: str, samples: Sequence[Sample]) -> str:
    def middle(*values: float) -> float:
        return statistics.median(values)

    return (
        f"{name:10}{middle(*(s.rate for s in samples)):10.0f}{middle(*(s.p50 for s in samples)):8.1f}"
        f"{middle(*(s.p99 for s in samples)):8.1f}{middle(*(s.cpu for s in samples)) * 1e6:8.0f}"
        f"{middle(*(s.database_cpu for s in samples)) * 1e6:8.0f}{middle(*(s.foreign for s in samples)):8.2f}"
    )
