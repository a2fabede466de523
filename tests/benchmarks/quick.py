"""The desk against the floor, on one Postgres: open, read and list, interleaved; ratios of server CPU and of answers.

Run it with `make bench-quick`. Absolute figures move with the machine; the ratios of one run are what counts.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.floor import token as floor_token
from tests.benchmarks.load import Request, Sample, measure

BIN = Path(sys.executable).parent
FLOOR_PORT, DESK_PORT = 8391, 8392
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
CONNECTIONS, SEEDED, PAGE = 16, 300, 50


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    port: int
    token: str
    open: Request
    read: Request
    list: Request

    def requests(self) -> Mapping[str, tuple[Callable[[], bytes], int]]:
        read, page = self.read.as_bytes(), self.list.as_bytes()
        return {
            "open": (lambda: self.open.as_bytes(f"Idempotency-Key: {uuid.uuid4()}\r\n"), 201),
            "read": (lambda: read, 200),
            f"list {PAGE}": (lambda: page, 200),
        }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data") as postgres:
            _create(postgres, "floor", "desk")
            with _floor(postgres) as floor, _desk(postgres, data) as desk:
                _compare(floor, desk)


def _compare(floor: Server, desk: Server) -> None:
    for name, (ours, expect) in desk.requests().items():
        theirs = floor.requests()[name][0]
        pairs: list[tuple[Sample, Sample]] = []
        for number in range(ROUNDS + 1):
            below = measure(floor.pid, floor.port, theirs, expect=expect, seconds=SECONDS, connections=CONNECTIONS)
            above = measure(desk.pid, desk.port, ours, expect=expect, seconds=SECONDS, connections=CONNECTIONS)
            if number:  # the first round warms both up
                pairs.append((below, above))
        _print(name, pairs)


def _print(name: str, pairs: list[tuple[Sample, Sample]]) -> None:
    cpu = statistics.median(below.cpu / above.cpu for below, above in pairs)
    rate = statistics.median(above.rate / below.rate for below, above in pairs)
    floor_us = statistics.median(below.cpu for below, _ in pairs) * 1e6
    desk_us = statistics.median(above.cpu for _, above in pairs) * 1e6
    print(
        f"{name:8} floor {floor_us:6.0f} µs   desk {desk_us:6.0f} µs server CPU a request"
        f"   against the floor: CPU {cpu:4.2f} x   answers {rate:4.2f} x",
        flush=True,
    )


# ── the two servers ──────────────────────────────────────────────────────────
def _create(postgres: EmbeddedPostgres, *names: str) -> None:
    async def create() -> None:
        connection = await asyncpg.connect(postgres.dsn())
        for name in names:
            await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(create())


@contextmanager
def _floor(postgres: EmbeddedPostgres) -> Iterator[Server]:
    command = [
        *(str(BIN / "uvicorn"), "tests.benchmarks.floor:app", "--port", str(FLOOR_PORT)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    account = uuid.uuid4()
    token = floor_token(account)
    with _running(command, FLOOR_PORT, "/docs", {"FLOOR_DSN": postgres.dsn("floor")}) as pid:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"subject": "The shop is slow", "body": "Since nine." * 20, "topic": "web.error"}).encode()
        opening = Request("POST", "/tickets", headers, body)
        ids = [_post(FLOOR_PORT, opening, {})["id"] for _ in range(SEEDED)]
        get = {"Authorization": headers["Authorization"]}
        yield Server(
            pid,
            FLOOR_PORT,
            token,
            opening,
            Request("GET", f"/tickets/{ids[7]}", get),
            Request("GET", f"/tickets?limit={PAGE}", get),
        )


@contextmanager
def _desk(postgres: EmbeddedPostgres, data: Path) -> Iterator[Server]:
    variables = {
        "DATABASE_URL": postgres.dsn("desk"),
        "CLAUSEDESK_DATA_DIR": str(data / "desk"),
        "CLAUSEDESK_PORT": str(DESK_PORT),
        "CLAUSEDESK_LOG_LEVEL": "info",
        # Workers run apart from the API, as they do anywhere but on one's own machine.
        "CLAUSEDESK_WORKER_IN_SERVE": "false",
        # Everybody is counted; nobody is refused.
        "CLAUSEDESK_RATE_LIMIT_PER_PRINCIPAL": "10000000",
        "CLAUSEDESK_RATE_LIMIT_PER_PROVIDER": "10000000",
    }
    command = [str(BIN / "clausedesk"), "demo"]
    with _running(command, DESK_PORT, "/readyz", variables) as pid:
        who = "--provider mexxus --role authorised_contact --account M1001 --contact admin@maplecycles.example"
        token = subprocess.run(
            [str(BIN / "clausedesk"), "token", *who.split()],
            env={**os.environ, **variables},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = {"subject": "The shop is slow", "body": "Since nine." * 20, "facts": {"topic": "web.error"}}
        opening = Request("POST", "/v1/tickets", headers, json.dumps(asked).encode())
        ids = [_post(DESK_PORT, opening, {"Idempotency-Key": str(uuid.uuid4())})["id"] for _ in range(SEEDED)]
        get = {"Authorization": headers["Authorization"]}
        yield Server(
            pid,
            DESK_PORT,
            token,
            opening,
            Request("GET", f"/v1/tickets/{ids[7]}", get),
            Request("GET", f"/v1/tickets?limit={PAGE}", get),
        )


@contextmanager
def _running(command: list[str], port: int, path: str, variables: Mapping[str, str]) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=quiet, stderr=quiet)
    try:
        _wait(process, port, path)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def _post(port: int, asked: Request, more: Mapping[str, str]) -> dict[str, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{asked.path}", asked.body, {**asked.headers, **more}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
        return found


if __name__ == "__main__":
    main()
