"""A small load of its own: keep-alive connections on loopback, bounded in time, counting answers."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def as_bytes(self, extra: str = "") -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode() + self.body


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round gave. `cpu` is server CPU seconds per answer."""

    answers: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


async def _one_connection(port: int, make: Callable[[], bytes], until: float, expect: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    try:
        while time.monotonic() < until:
            writer.write(make())
            head = await reader.readuntil(b"\r\n\r\n")
            status, _, rest = head.partition(b"\r\n")
            if expect not in status:
                raise RuntimeError(f"{status!r} instead of {expect!r}: {(await reader.read(2000))!r}")
            length = next(
                int(line.split(b":")[1]) for line in rest.split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            answered += 1
    finally:
        writer.close()
    return answered


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def measure(pid: int, port: int, make: Callable[[], bytes], *, expect: int, seconds: float, connections: int) -> Sample:
    """Load one server for so long and account its CPU; raises on any other answer."""

    async def run() -> int:
        until = time.monotonic() + seconds
        wanted = str(expect).encode()
        return sum(await asyncio.gather(*(_one_connection(port, make, until, wanted) for _ in range(connections))))

    cpu, started = _cpu(pid), time.monotonic()
    answers = asyncio.run(run())
    return Sample(answers, time.monotonic() - started, (_cpu(pid) - cpu) / max(answers, 1))
