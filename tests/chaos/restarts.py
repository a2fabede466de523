"""Rolling restarts while callers call once and never again: python -m tests.chaos.restarts [--restarts 8]

Each replica is replaced as a cluster does it: the new one first, then the hook and SIGTERM, or in turns SIGTERM alone,
and the balancer goes by readiness.
The control: the same without the time to drain, which callers must notice.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.chaos.cluster import Background, Cluster
from tests.chaos.load import People
from tests.chaos.scene import Scene, lay
from tests.cli.desk import clausedesk
from tests.reliability.report import caught, examined

_CALLERS = 6
_LOOKS_EVERY = 0.1
_DRAINS_FOR = 1.5


@dataclass
class Balancer:
    """Sends each request to one of those that were ready when it last looked."""

    ports: set[int]
    ready: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    async def look(self, client: httpx2.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            found = []
            for port in list(self.ports):
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                        found.append(port)
                except httpx2.TransportError:
                    self.ports.discard(port)
            self.ready = found
            await asyncio.sleep(_LOOKS_EVERY)

    async def call(self, client: httpx2.AsyncClient, who: People, stop: asyncio.Event) -> None:
        body = {"subject": "Checkout is dead", "facts": {"topic": "web.offline"}}
        while not stop.is_set():
            if self.ready:
                url, key = f"http://127.0.0.1:{random.choice(self.ready)}/v1/tickets", f"{time.monotonic_ns()}"
                try:
                    if random.random() < 0.2:
                        headers = {**who.customer, "Idempotency-Key": f"{who.account}-{key}"}
                        answer = await client.post(url, json=body, headers=headers)
                    else:
                        answer = await client.get(f"{url}?limit=1", headers=who.customer)
                    self.answers[str(answer.status_code) if not answer.is_success else "answered"] += 1
                except httpx2.TransportError as error:
                    self.answers[type(error).__name__] += 1
            await asyncio.sleep(0.005)


def roll(restarts: int, drain_seconds: float) -> Counter[str]:
    """How every request was answered while the replicas were replaced one after the other."""
    beside = Background()
    with tempfile.TemporaryDirectory(prefix="clausedesk-restarts-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "data").mkdir()
        cluster = Cluster(folder, beside, environment={"CLAUSEDESK_DRAIN_SECONDS": str(drain_seconds)})
        scene: list[Scene] = []
        try:
            cluster.start(
                lambda: scene.append(beside.run(lay(cluster.postgres.dsn(), folder / "data", 9, _CALLERS))), None
            )
            balancer, stop = Balancer(set(cluster.apis)), asyncio.Event()

            async def call() -> None:
                async with httpx2.AsyncClient(timeout=10) as client:
                    callers = [balancer.call(client, people, stop) for people in scene[0].people]
                    await asyncio.gather(balancer.look(client, stop), *callers)

            calling = beside.start(call())
            for n in range(restarts):
                old = next(iter(cluster.apis))
                balancer.ports.add(cluster.one_more())
                time.sleep(3 * _LOOKS_EVERY)
                if drain_seconds and n % 2 == 0:
                    told = clausedesk(
                        "drain", "--pid", str(cluster.apis[old]), CLAUSEDESK_DRAIN_SECONDS=str(drain_seconds)
                    )
                    assert told.returncode == 0, told.stderr
                cluster.tell(old, signal.SIGTERM)
                time.sleep(drain_seconds + 0.5)
            beside.loop.call_soon_threadsafe(stop.set)
            calling.result(30)
            return balancer.answers
        finally:
            cluster.stop()


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos.restarts")
    asked.add_argument("--restarts", type=int, default=8)
    words = asked.parse_args()
    answers = roll(words.restarts, _DRAINS_FOR)
    failed = answers.total() - answers["answered"]
    print(f"{words.restarts} restarts: {answers['answered']} answered, {failed} failed {dict(answers)}", flush=True)
    hasty = roll(words.restarts, 0)
    missed = hasty.total() - hasty["answered"]
    print(f"control without drain: {hasty['answered']} answered, {missed} failed", flush=True)
    examined("restarts", answers.total(), failed)
    caught("restarts", "no time to drain", missed)
    sys.exit(0 if answers["answered"] and not failed and missed else 1)


if __name__ == "__main__":
    main()
