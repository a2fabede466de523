"""The whole comparison, `make bench`: the desk in turns with the floor, with pgbench and with a peer."""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from app.base import logging
from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.bare import Bare, bare
from tests.benchmarks.comparing import HEADING, Ratio, in_turns, line, ratio
from tests.benchmarks.filling import fill_peer
from tests.benchmarks.load import Bench, Sample
from tests.benchmarks.servers import PAGE, Server, create, desk, floor, in_database, peer

LIST = f"list {PAGE}"
WANTED_OF_FLOOR = {"open": 1.25, "read": 1.15, LIST: 1.6, "reply": 1.15, "classify": 1.0, "quote": 1.0}
WANTED_OF_PEER = {"open": 15.0, "read": 12.0, LIST: 15.0, "reply": 8.0}
WANTED_OF_POSTGRES = 0.45


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--tickets", type=int, default=100_000)
    given = parser.parse_args()
    logging.configure("error")
    with tempfile.TemporaryDirectory(prefix="clausedesk-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data", settings=("shared_buffers=1GB", "max_wal_size=4GB")) as postgres:
            create(postgres, "floor", "desk", "peer", "bare")
            alone = asyncio.run(bare(postgres.dsn("bare"), data))
            with (
                floor(postgres) as below,
                desk(postgres, data, tickets=given.tickets) as ours,
                peer(postgres) as other,
            ):
                bench = Bench(postgres.pid or 0)
                # As shipped, each look at a ticket walks through all of them, so it is looked at before there are many.
                shipped = bench.measure(other.pid, other.port, other.requests["read as shipped"], seconds=given.seconds)
                in_database(postgres.dsn("peer"), partial(fill_peer, tickets=given.tickets))
                missed = []
                for name, wanted in WANTED_OF_FLOOR.items():
                    run = partial(in_turns, bench, name=name, rounds=given.rounds, seconds=given.seconds)
                    missed += _against("the floor", run((below, ours)), name, wanted)
                for name, wanted in WANTED_OF_PEER.items():
                    run = partial(in_turns, bench, name=name, rounds=given.rounds, seconds=given.seconds)
                    missed += _against("the peer", run((other, ours)), name, wanted)
                print(f"\nthe peer as shipped, reading one of 300\n{HEADING}\n{line('peer', [shipped])}")
                missed += _against_postgres(bench, alone, ours, given.rounds, given.seconds)
    print("\nnot reached: " + ("; ".join(missed) or "nothing"))


def _against(whom: str, samples: Sequence[Sequence[Sample]], name: str, wanted: float) -> list[str]:
    theirs, ours = samples
    found: Ratio = ratio(theirs, ours)
    print(f"\n{name}: {found.cpu:.2f} x {whom} by CPU, {found.rate:.2f} x by answers, wanted {wanted}\n{HEADING}")
    print(line(whom, theirs), line("the desk", ours), sep="\n", flush=True)
    return [f"{name} {found.best:.2f} of {wanted} x {whom}"] if found.best < wanted else []


def _against_postgres(bench: Bench, alone: Bare, ours: Server, rounds: int, seconds: float) -> list[str]:
    """PostgreSQL has both cores for pgbench, as it has beside a desk that waits for it."""
    ratios = []
    for _ in range(rounds):
        most = alone.per_second(seconds)
        ratios.append(bench.measure(ours.pid, ours.port, ours.requests["open"], seconds=seconds).rate / most)
    found = statistics.median(ratios)
    print(
        f"\nopen: {found:.2f} x pgbench with the same statement by answers ({most:.0f}/s), wanted {WANTED_OF_POSTGRES}"
    )
    return [f"open {found:.2f} of {WANTED_OF_POSTGRES} x pgbench"] if found < WANTED_OF_POSTGRES else []


if __name__ == "__main__":
    main()
