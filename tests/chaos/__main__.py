"""Chaos: callers with their own ledger, and faults in an order that a seed decides.

python -m tests.chaos [--seed 8] [--faults 40] [--seconds 150] [--mutant NAME | --controls 2]
Exits with 1 when something was lost, doubled, stuck or wrong; of a planted mutant, when it was not caught.
"""

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx2

from tests.chaos.cluster import FAULTS, Background, Cluster
from tests.chaos.load import Caller, Ledger
from tests.chaos.mutants import MUTANTS
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.scene import Scene, lay
from tests.jobs.drain import Counting
from tests.reliability.report import caught, examined

RECOVERS_WITHIN = 2.0
_CALLERS = 6
_MUTANTS_GET = 8, 20


class Run:
    """One cluster from its start to its end."""

    def __init__(self, seed: int, mutant: str | None) -> None:
        self.seed, self.mutant = seed, mutant
        self.ledger, self.receiver = Ledger(), Counting()
        self.faults: Counter[str] = Counter()
        self.recoveries: list[float] = []
        self.timeline: list[str] = []

    def __call__(self, faults: int, seconds: float) -> Reckoning:
        beside = Background()
        with tempfile.TemporaryDirectory(prefix="clausedesk-chaos-") as name:
            folder = Path(name)
            folder.chmod(0o711)
            cluster = Cluster(folder, beside, MUTANTS[self.mutant].postgres if self.mutant else ())
            try:
                scene = self._prepare(cluster, beside, folder)
                stop, calling = self._call(cluster, beside, scene)
                self._harm(cluster, faults, seconds)
                beside.loop.call_soon_threadsafe(stop.set)
                calling.result(90)
                found: Reckoning = beside.run(
                    reckon(cluster.postgres.dsn("desk"), scene.provider, self.ledger, self.receiver)
                )
                found.counts["slow recoveries"] = sum(one >= RECOVERS_WITHIN for one in self.recoveries)
                return found
            finally:
                cluster.stop()

    def _prepare(self, cluster: Cluster, beside: Background, folder: Path) -> Scene:
        scene: list[Scene] = []

        async def listen() -> int:
            server = await asyncio.start_server(self.receiver.serve, "127.0.0.1", 0, backlog=512)
            return int(server.sockets[0].getsockname()[1])

        port = beside.run(listen())
        data = folder / "data"
        data.mkdir()

        def prepare() -> None:
            scene.append(beside.run(lay(cluster.postgres.dsn(), data, port, _CALLERS)))

        cluster.start(prepare, self.mutant)
        return scene[0]

    def _call(self, cluster: Cluster, beside: Background, scene: Scene) -> tuple[asyncio.Event, "Future[Any]"]:
        stop = asyncio.Event()

        async def call() -> None:
            async with httpx2.AsyncClient(timeout=5, limits=httpx2.Limits(max_connections=60)) as client:
                ports = list(cluster.apis)
                callers = [Caller(client, ports, people, self.ledger) for people in scene.people]
                await asyncio.gather(*(caller.call_until(stop) for caller in callers))

        return stop, beside.start(call())

    def _harm(self, cluster: Cluster, faults: int, seconds: float) -> None:
        chance = random.Random(self.seed)
        began = time.monotonic()
        while self.faults.total() < faults and time.monotonic() < began + seconds:
            time.sleep(chance.uniform(0.2, 0.8))
            what = chance.choice(MUTANTS[self.mutant].faults if self.mutant else tuple(FAULTS))
            self.timeline.append(f"{time.monotonic() - began:6.2f} {what}")
            FAULTS[what](cluster, chance)
            back = cluster.until_all_answer()
            usual = cluster.until_all_answer()  # what asking them takes at this moment, without any fault
            self.recoveries.append(back - usual)
            self.faults[what] += 1


def attempt(seed: int, faults: int, seconds: float, mutant: str | None = None) -> bool:
    """One run, told in a few lines. Whether it ended as it should."""
    run = Run(seed, mutant)
    found = run(faults, seconds)
    acknowledged, slowest = run.ledger.acknowledged, max(run.recoveries, default=0.0)
    told = f"{run.faults.total()} faults, {acknowledged} acknowledged, recovery {slowest:.1f} s at most"
    if mutant:
        times = sum(found.counts[what] for what in MUTANTS[mutant].caught_by)
        print(
            f"mutant {mutant}, seed {seed}: {told}: {'caught: ' + str(found.wrong) if times else 'NOT CAUGHT'}",
            flush=True,
        )
        caught("chaos", mutant.replace("_", " "), times)
        return times > 0
    well = not found.wrong and run.faults.total() > 0 and acknowledged > 0
    examined("chaos", acknowledged, sum(found.wrong.values()))
    print(f"chaos, seed {seed}: {told}: {found.counts}", flush=True)
    print(f"  {dict(run.faults)}, answers {dict(run.ledger.answers)}", flush=True)
    if not well:
        print("\n".join([*found.examples, *run.timeline]), flush=True)
    return well


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    asked.add_argument("--faults", type=int, default=40)
    asked.add_argument("--seconds", type=float, default=150)
    asked.add_argument("--mutant", choices=list(MUTANTS))
    asked.add_argument("--controls", type=int, default=0, help="so many mutants besides, chosen by the seed")
    words = asked.parse_args()
    if words.mutant:
        well = attempt(words.seed, words.faults, words.seconds, words.mutant)
    else:
        well = attempt(words.seed, words.faults, words.seconds)
        for mutant in random.Random(words.seed).sample(list(MUTANTS), words.controls):
            well &= attempt(words.seed, *_MUTANTS_GET, mutant)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
