"""Two thousand connected, more and more of them asking: what is answered past saturation. `make bench-crowd`.

Eighteen hundred connections are open and silent. The others ask without a pause, whatever they are answered; what
two hundred of them get is judged, what more get is shown. Beside them somebody asks every 50 ms whether the desk is
alive, on a connection of their own.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.load import Request, wrk
from tests.benchmarks.servers import create, desk

_PORT: Final = 8398
_SILENT: Final = 1_800
_ACTIVE: Final = (16, 50, 200, 400)
_JUDGED: Final = 200
_KEPT, _ALIVE_MS = 0.8, 100.0
_SAID: Final = """
helped, refused, bare = 0, 0, 0
function response(status, headers)
  if status == 503 then
    refused = refused + 1
    if not headers["Retry-After"] and not headers["retry-after"] then bare = bare + 1 end
  elseif status < 300 then helped = helped + 1 end
end
local threads = {}
function setup(thread) table.insert(threads, thread) end
"""
_COUNTS: Final = """
function done(summary)
  local thread = threads[1]
  io.write(string.format('\\n{"answers": %%d, "seconds": %%f, "refused": %%d, "helped": %%d, "bare": %%d}\\n',
    summary.requests, summary.duration / 1e6, thread:get("refused"), thread:get("helped"), thread:get("bare")))
end
"""


@dataclass(frozen=True, slots=True)
class Step:
    active: int
    answers: int
    helped: int
    refused: int
    bare: int
    """Refused without Retry-After."""
    seconds: float
    alive_ms: float
    """Within which 99 of 100 probes were answered."""
    cpu_us: float
    """The server's processor time for each that was helped."""

    @property
    def rate(self) -> float:
        return self.helped / self.seconds

    def told(self, peak: float) -> str:
        return (
            f"{self.active:7}{self.rate:10.0f}{self.rate / peak:8.0%}{self.refused / max(1, self.answers):9.0%}"
            f"{self.bare:7}{self.alive_ms:10.0f}{self.cpu_us:9.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clausedesk-crowd-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data") as postgres:
            create(postgres, "desk")
            with desk(postgres, data, tickets=0, port=_PORT) as server:
                missed = []
                for name in ("read", "open"):
                    steps = asyncio.run(_crowded(server.pid, server.requests[name], data, given.seconds))
                    missed += _judged(name, steps)
    print("\nnot reached: " + ("; ".join(missed) or "nothing"))
    sys.exit(1 if missed else 0)


def _judged(name: str, steps: Sequence[Step]) -> list[str]:
    peak = max(step.rate for step in steps)
    print(
        f"\n{name}\n{'active':>7}{'helped/s':>10}{'of peak':>8}{'refused':>9}{'bare':>7}{'alive ms':>10}{'CPU µs':>9}"
    )
    for step in steps:
        print(step.told(peak), flush=True)
    missed = []
    past = next(step for step in steps if step.active == _JUDGED)
    if past.rate < _KEPT * peak:
        missed.append(f"{name}: {past.rate / peak:.0%} of the peak")
    if any(step.bare for step in steps):
        missed.append(f"{name}: refused without Retry-After")
    if max(step.alive_ms for step in steps) >= _ALIVE_MS:
        missed.append(f"{name}: alive within {max(step.alive_ms for step in steps):.0f} ms")
    return missed


async def _crowded(pid: int, asked: Request, folder: Path, seconds: float) -> list[Step]:
    async with AsyncExitStack() as silent:
        for _ in range(_SILENT):
            _, writer = await asyncio.open_connection("127.0.0.1", _PORT)
            silent.callback(writer.close)
        return [await _step(pid, asked, active, folder, seconds) for active in _ACTIVE]


async def _step(pid: int, asked: Request, active: int, folder: Path, seconds: float) -> Step:
    script = folder / "load.lua"
    request = asked.script(f"{time.time_ns()}").partition("function done")[0]
    script.write_text(_SAID + request + _COUNTS.replace("%%", "%"))
    process, stop = psutil.Process(pid), asyncio.Event()
    before = sum(process.cpu_times()[:2])
    probing = asyncio.create_task(_probe(stop))
    running = await asyncio.create_subprocess_exec(
        *(wrk(), "--threads", "1", "--connections", str(active), "--timeout", "30s", "--duration", f"{seconds:.0f}s"),
        *("--script", str(script), f"http://127.0.0.1:{_PORT}"),
        stdout=subprocess.PIPE,
    )
    said, _ = await running.communicate()
    stop.set()
    told = json.loads(next(line for line in said.decode().splitlines() if line.startswith("{")))
    spent = sum(process.cpu_times()[:2]) - before
    alive = await probing
    return Step(active, **told, alive_ms=alive * 1000, cpu_us=spent / max(1, told["helped"]) * 1e6)


async def _probe(stop: asyncio.Event) -> float:
    reader, writer = await asyncio.open_connection("127.0.0.1", _PORT)
    taken = []
    while not stop.is_set():
        began = time.monotonic()
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        taken.append(time.monotonic() - began)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not alive: {head.decode()}")
        await asyncio.sleep(0.05)
    writer.close()
    return statistics.quantiles(taken, n=100)[98]


if __name__ == "__main__":
    main()
