"""How long `clausedesk serve` takes to its first 200, from nothing and again. `make bench-start`.

It brings its own PostgreSQL, as on somebody's machine. Processor seconds, beside them those of PostgreSQL and whatever
else it has started, hardly depend on what else this machine does; seconds do.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.benchmarks.servers import BIN
from tests.cli.desk import environment, held

_PORT: Final = 8399
_TIMES: Final = 5
_WANTED: Final = {"from nothing": (6.0, 3.5), "again": (3.0, 2.0)}
"""At most so many seconds, and wished for."""


@dataclass(frozen=True, slots=True)
class Start:
    seconds: float
    own_cpu: float
    other_cpu: float
    megabytes: float


def main() -> None:
    found: dict[str, list[Start]] = {kind: [] for kind in _WANTED}
    for _ in range(_TIMES):
        with tempfile.TemporaryDirectory(prefix="clausedesk-start-") as folder:
            Path(folder).chmod(0o755)
            for starts in found.values():
                starts.append(start(Path(folder) / "data"))
    print(f"{'':14}{'seconds':>8}{'CPU':>7}{'others':>8}{'MB':>6}{'at most':>9}{'wished':>8}")
    for kind, (most, wished) in _WANTED.items():
        seconds, own, other, megabytes = _medians(found[kind])
        print(f"{kind:14}{seconds:8.2f}{own:7.2f}{other:8.2f}{megabytes:6.0f}{most:9.1f}{wished:8.1f}")
    sys.exit(any(_medians(found[kind])[0] > most for kind, (most, _) in _WANTED.items()))


def _medians(starts: Sequence[Start]) -> Sequence[float]:
    return [
        statistics.median(values)
        for values in zip(*((s.seconds, s.own_cpu, s.other_cpu, s.megabytes) for s in starts), strict=True)
    ]


def start(data: Path) -> Start:
    variables = environment(CLAUSEDESK_DATA_DIR=str(data), CLAUSEDESK_PORT=str(_PORT), CLAUSEDESK_LOG_LEVEL="error")
    began = time.monotonic()
    quiet = subprocess.DEVNULL
    with subprocess.Popen([str(BIN / "clausedesk"), "serve"], env=variables, stdout=quiet, stderr=quiet) as running:
        while not _ready():
            if running.poll() is not None:
                raise SystemExit(f"it ended with {running.returncode}")
            time.sleep(0.01)
        seconds, process = time.monotonic() - began, psutil.Process(running.pid)
        spent = process.cpu_times()
        others = sum(sum(child.cpu_times()[:4]) for child in process.children(recursive=True))
        found = Start(
            seconds, spent.user + spent.system, spent.children_user + spent.children_system + others, held(running.pid)
        )
        running.terminate()
    return found


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{_PORT}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
