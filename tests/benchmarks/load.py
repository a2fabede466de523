"""Load by wrk over keep-alive connections on loopback, bounded in time, with the processor time that it cost whom."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

# Two keys of one run are never the same, nor are those of two runs.
_SCRIPT = """
local paths, headers, bodies, callers = %(paths)s, %(headers)s, %(bodies)s, %(callers)s
local sent = 0
function request()
  sent = sent + 1
  headers["Authorization"] = callers[sent %% #callers + 1]
  if %(keyed)s then headers["Idempotency-Key"] = "%(run)s-" .. sent end
  return wrk.format("%(method)s", paths[sent %% #paths + 1], headers, bodies[sent %% #bodies + 1])
end
function done(summary, latency)
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\\n{"answers": %%d, "seconds": %%f, "refused": %%d, "lost": %%d, "p50": %%f, "p99": %%f}\\n',
    summary.requests, summary.duration / 1e6, summary.errors.status, lost,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked again and again, by each caller in turn, of each path in turn, with each body in turn."""

    method: str
    paths: Sequence[str]
    callers: Sequence[str]
    """Their `Authorization`."""
    bodies: Sequence[bytes] = ()
    keyed: bool = False
    """Whether each comes with an Idempotency-Key of its own."""

    def script(self, run: str) -> str:
        return _SCRIPT % {
            "method": self.method,
            "paths": _table(self.paths),
            "callers": _table(self.callers),
            "headers": '{["Content-Type"] = "application/json"}' if self.bodies else "{}",
            "bodies": _table(body.decode() for body in self.bodies),
            "keyed": "true" if self.keyed else "false",
            "run": run,
        }


def _table(texts: Iterable[str]) -> str:
    return "{" + ", ".join(map(json.dumps, texts)) + "}"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round gave: milliseconds to an answer, processor seconds an answer, cores that others took."""

    answers: int
    seconds: float
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    foreign: float
    refused: int = 0

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


@dataclass(slots=True)
class Bench:
    """A server under load on the first core, the load on the last; `database`: the PostgreSQL of all of them."""

    database: int
    runs: int = 0

    def measure(
        self,
        server: int,
        port: int,
        asked: Request,
        *,
        seconds: float,
        connections: int = 16,
        may_refuse: bool = False,
    ) -> Sample:
        """Raise RuntimeError where anything but success was answered, unless the desk may refuse what is too much."""
        self.runs += 1
        _pin(server, 0)
        before = _spent(server), _spent(self.database), _busy()
        with tempfile.NamedTemporaryFile("w", prefix="clausedesk-wrk-", suffix=".lua") as script:
            script.write(asked.script(f"{time.time_ns()}-{self.runs}"))
            script.flush()
            command = [
                *("taskset", "-c", str((psutil.cpu_count() or 1) - 1), wrk(), "--threads", "1", "--timeout", "20s"),
                *("--connections", str(connections), "--duration", f"{seconds:.0f}s", "--script", script.name),
                f"http://127.0.0.1:{port}",
            ]
            told, loading = _loaded(command)
        ours, theirs, busy = (
            now - then for now, then in zip((_spent(server), _spent(self.database), _busy()), before, strict=True)
        )
        if told["lost"] or (told["refused"] and not may_refuse) or not told["answers"]:
            raise RuntimeError(f"{asked.method} {asked.paths[0]}: {told}")
        return Sample(
            answers=told["answers"],
            seconds=told["seconds"],
            p50=told["p50"],
            p99=told["p99"],
            cpu=ours / told["answers"],
            database_cpu=theirs / told["answers"],
            foreign=max(0.0, busy - ours - theirs - loading) / told["seconds"],
            refused=told["refused"],
        )


def _loaded(command: Sequence[str]) -> tuple[dict[str, Any], float]:
    """What wrk told at its end, and the processor seconds that it took itself."""
    told, loading = dict[str, Any](), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        process = psutil.Process(running.pid)
        for line in running.stdout or ():
            if line.startswith("{"):
                told = json.loads(line)
                loading = sum(process.cpu_times()[:2])
    if not told:
        raise RuntimeError(f"wrk told nothing and ended with {running.returncode}")
    return told, loading


def wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        sys.exit("The load comes from wrk, which is not here: `apt-get install wrk`, then once more.")
    return found


def _tree(pid: int) -> Iterable[psutil.Process]:
    process = psutil.Process(pid)
    return process, *process.children(recursive=True)


def _pin(pid: int, core: int) -> None:
    for process in _tree(pid):
        process.cpu_affinity([core])


def _spent(pid: int) -> float:
    """Processor seconds of a process and all that it has started, those that have ended included."""
    root = psutil.Process(pid).cpu_times()
    spent: float = root.children_user + root.children_system
    for process in _tree(pid):
        with suppress(psutil.NoSuchProcess):  # it has ended since
            spent += sum(process.cpu_times()[:2])
    return spent


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
