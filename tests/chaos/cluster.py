"""Replicas and workers on one PostgreSQL behind a fault proxy, and what can be done to them."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import asyncpg
import psutil

from app.db.embedded import EmbeddedPostgres
from tests.chaos.elsewhere import Stopwatch
from tests.chaos.proxy import FaultProxy

_PATIENCE = 60.0
_DURABLE = ("shared_buffers=32MB", "max_connections=80")


class Background:
    """An event loop beside the main thread, which alone may start servers."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def start(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.start(work).result(120)


class Cluster:
    """Three replicas and two workers. Each fault returns once it is over, and whatever it ended runs again."""

    def __init__(
        self,
        folder: Path,
        beside: Background,
        settings: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are PostgreSQL's, `environment` that of replicas and workers."""
        self._folder, self._beside, self._more = folder, beside, environment or {}
        self.postgres = EmbeddedPostgres(folder / "pg", settings=(*_DURABLE, *settings))
        self.apis: dict[int, int] = {}
        """Process by port."""
        self.workers: list[int] = []
        self._claims: list[socket.socket] = []

    def start(self, prepare: Callable[[], None], mutant: str | None) -> None:
        self.postgres.start()
        prepare()
        query = parse_qs(urlsplit(self.postgres.dsn()).query)
        self.proxy = FaultProxy(f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}")
        port = self._beside.run(self.proxy.start())
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment(port),
        )
        assert self._zygote.stdout is not None
        assert self._zygote.stdout.readline() == "learned\n", (self._folder / "said").read_text()[-2000:]
        if mutant:
            self._tell(f"mutant {mutant}")
        for _ in range(3):
            self._add()
        self.workers = [self._fork("worker 0") for _ in range(2)]
        self.until_all_answer()

    def stop(self) -> None:
        for pid in (*self.apis.values(), *self.workers):
            _signal(pid, signal.SIGKILL)
        self._zygote.kill()
        self._zygote.wait()
        self._beside.run(self.proxy.stop())
        self.postgres.stop()
        for claim in self._claims:
            claim.close()

    def one_more(self) -> int:
        """The port of another replica, once it answers."""
        port = self._add()
        self.until_all_answer()
        return port

    def tell(self, port: int, number: int) -> None:
        """A replica that this ends is not missed."""
        _signal(self.apis.pop(port), number)

    def _add(self) -> int:
        port = _lasting_port(self._claims)
        self.apis[port] = self._fork(f"api {port}")
        return port

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/desk?sslmode=disable",
            "CLAUSEDESK_DATA_DIR": str(self._folder / "data"),
            "CLAUSEDESK_WORKER_IN_SERVE": "false",
            "CLAUSEDESK_OUTBOUND_NETWORKS": "127.0.0.0/8",
            "CLAUSEDESK_POOL_SIZE": "6",
            "CLAUSEDESK_LOG_LEVEL": "error",
            "CLAUSEDESK_RATE_LIMIT_PER_PRINCIPAL": "0",
            "CLAUSEDESK_RATE_LIMIT_PER_PROVIDER": "0",
            "CHAOS_LOG": str(self._folder / "said"),
            **self._more,
        }

    def _tell(self, line: str) -> None:
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(line + "\n")
        self._zygote.stdin.flush()

    def _fork(self, line: str) -> int:
        self._tell(line)
        assert self._zygote.stdout is not None
        return int(self._zygote.stdout.readline())

    def until_all_answer(self) -> float:
        """Seconds until every replica is ready, as far as they are ours."""
        spent = 0.0
        assert self.postgres.pid is not None
        for port, pid in self.apis.items():
            watch = Stopwatch(pid, self.postgres.pid)
            while not _ready(port):
                if watch.passed() > _PATIENCE:
                    _signal(self.apis[port], signal.SIGUSR1)  # it tells where it is
                    time.sleep(1)
                    raise AssertionError(f"{port} stays away: {self.said()}")
                time.sleep(0.02)
            spent += watch.spent()
        return spent

    def said(self) -> str:
        path = self._folder / "said"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    # ── what can go wrong ────────────────────────────────────────────────────
    def kill_a_replica(self, chance: random.Random) -> None:
        port = chance.choice(list(self.apis))
        _end(self.apis[port])
        time.sleep(chance.uniform(0, 0.2))
        self.apis[port] = self._fork(f"api {port}")

    def kill_a_worker(self, chance: random.Random) -> None:
        n = chance.randrange(len(self.workers))
        _end(self.workers[n])
        time.sleep(chance.uniform(0, 0.2))
        self.workers[n] = self._fork("worker 0")

    def freeze_one(self, chance: random.Random) -> None:
        pid = chance.choice([*self.apis.values(), *self.workers])
        _signal(pid, signal.SIGSTOP)
        time.sleep(chance.uniform(0.2, 1.0))
        _signal(pid, signal.SIGCONT)

    def reset_connections(self, chance: random.Random) -> None:
        for _ in range(chance.randrange(1, 4)):
            self._beside.run(self.proxy.reset())
            time.sleep(chance.uniform(0, 0.05))

    def swallow(self, chance: random.Random) -> None:
        self._beside.run(self.proxy.swallow(chance.uniform(0.3, 1.5)))

    def crash_the_database(self, chance: random.Random) -> None:
        """As `pg_ctl stop -m immediate`: no checkpoint, no goodbye."""
        assert self.postgres.pid is not None
        os.kill(self.postgres.pid, signal.SIGQUIT)
        self.postgres.stop()
        time.sleep(chance.uniform(0, 0.3))
        self.postgres.start()

    def lock_a_table(self, chance: random.Random) -> None:
        table = chance.choice(("ticket", "event", "quote", "delivery", "idempotency_key"))
        self._beside.run(_hold(self.postgres.dsn("desk"), table, chance.uniform(0.3, 1.0)))


Fault = Callable[[Cluster, random.Random], None]
FAULTS: dict[str, Fault] = {
    "kill -9 of a replica": Cluster.kill_a_replica,
    "kill -9 of a worker": Cluster.kill_a_worker,
    "SIGSTOP": Cluster.freeze_one,
    "reset": Cluster.reset_connections,
    "black hole": Cluster.swallow,
    "crash of PostgreSQL": Cluster.crash_the_database,
    "lock": Cluster.lock_a_table,
}


async def _hold(dsn: str, table: str, seconds: float) -> None:

    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(seconds)
    await connection.close()


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        os.kill(pid, number)


def _end(pid: int) -> None:
    """At once, and it is gone: on a busy machine a killed process keeps its port for a moment."""
    _signal(pid, signal.SIGKILL)
    while psutil.pid_exists(pid):
        time.sleep(0.001)


def _lasting_port(claims: list[socket.socket]) -> int:
    """Free, and outside the range from which calls to others get theirs: a replica comes back to it.

    Other clusters on this machine keep off it, too, also while its replica is away.
    """
    while True:
        port, claim = random.randrange(20_000, 30_000), socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0clausedesk-port-{port}")
            with socket.create_server(("127.0.0.1", port)):
                claims.append(claim)
                return port
        except OSError:
            claim.close()


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
