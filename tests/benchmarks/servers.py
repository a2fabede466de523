"""What is compared, each started on one PostgreSQL with the same tickets: the desk, the floor, the peer."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.floor import token as floor_token
from tests.benchmarks.load import Request

BIN = Path(sys.executable).parent
PEER = Path(__file__).with_name("peer")
PEER_PYTHON = BIN.parent / "peer" / "bin" / "python"
FLOOR_PORT, DESK_PORT, PEER_PORT = 8391, 8392, 8393
SEEDED, PAGE = 300, 50
SUBJECT, BODY = "The shop is slow", "Since nine." * 20
REPLY = "It still takes ten seconds a page, and customers leave."

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    port: int
    requests: Mapping[str, Request]


def in_database(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    async def connected() -> Result:
        connection = await asyncpg.connect(dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def create(postgres: EmbeddedPostgres, *names: str) -> None:
    for name in names:
        in_database(postgres.dsn(), lambda connection, name=name: connection.execute(f"CREATE DATABASE {name}"))  # type: ignore[misc] # a default binds the name now


# ── the floor ────────────────────────────────────────────────────────────────
@contextmanager
def floor(postgres: EmbeddedPostgres) -> Iterator[Server]:
    command = [
        *(str(BIN / "uvicorn"), "tests.benchmarks.floor:app", "--port", str(FLOOR_PORT)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    account = uuid.uuid4()
    with running(command, FLOOR_PORT, "/docs", {"FLOOR_DSN": postgres.dsn("floor")}) as pid:
        get = {"Authorization": f"Bearer {floor_token(account)}"}
        post = {**get, "Content-Type": "application/json"}
        body = json.dumps({"subject": SUBJECT, "body": BODY, "topic": "web.error"}).encode()
        opening = Request("POST", ["/tickets"], post, body)
        ids = [ask(FLOOR_PORT, opening)["id"] for _ in range(SEEDED)]
        quoted = Request("POST", ["/quotes"], post, b'{"minutes": 40}')
        yield Server(
            pid,
            FLOOR_PORT,
            {
                "open": opening,
                "read": Request("GET", [f"/tickets/{id_}" for id_ in ids], get),
                f"list {PAGE}": Request("GET", [f"/tickets?limit={PAGE}"], get),
                "reply": Request(
                    "POST", [f"/tickets/{id_}/messages" for id_ in ids], post, json.dumps({"body": REPLY}).encode()
                ),
                "classify": quoted,
                "quote": quoted,
            },
        )


# ── the desk ─────────────────────────────────────────────────────────────────
def _of_the_desk(postgres: EmbeddedPostgres, data: Path) -> dict[str, str]:
    return {
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


def _token(variables: Mapping[str, str], who: str) -> str:
    command = [str(BIN / "clausedesk"), "token", "--provider", "mexxus", *who.split()]
    told = subprocess.run(command, env={**os.environ, **variables}, check=True, capture_output=True, text=True)
    return told.stdout.strip()


def staff_token(postgres: EmbeddedPostgres, data: Path) -> str:
    return _token(_of_the_desk(postgres, data), "--role staff")


@contextmanager
def desk(postgres: EmbeddedPostgres, data: Path) -> Iterator[Server]:
    variables = _of_the_desk(postgres, data)
    with running([str(BIN / "clausedesk"), "demo"], DESK_PORT, "/readyz", variables) as pid:
        token = _token(variables, "--role authorised_contact --account M1001 --contact admin@maplecycles.example")
        get = {"Authorization": f"Bearer {token}"}
        post = {**get, "Content-Type": "application/json"}
        asked = {"subject": SUBJECT, "body": BODY, "facts": {"topic": "web.error"}}
        opening = Request("POST", ["/v1/tickets"], post, json.dumps(asked).encode(), keyed=True)
        ids = [ask(DESK_PORT, opening)["id"] for _ in range(SEEDED)]
        priced = {"facts": {"topic": "web.error"}, "rule": "advanced_support", "estimated_minutes": 40}
        yield Server(
            pid,
            DESK_PORT,
            {
                "open": opening,
                "read": Request("GET", [f"/v1/tickets/{id_}" for id_ in ids], get),
                f"list {PAGE}": Request("GET", [f"/v1/tickets?limit={PAGE}"], get),
                "reply": Request(
                    *("POST", [f"/v1/tickets/{id_}/messages" for id_ in ids], post),
                    json.dumps({"body": REPLY}).encode(),
                    keyed=True,
                ),
                "classify": Request("POST", ["/v1/classifications"], post, json.dumps(asked).encode()),
                "quote": Request("POST", ["/v1/quotes"], post, json.dumps(priced).encode(), keyed=True),
            },
        )


# ── the peer ─────────────────────────────────────────────────────────────────
@contextmanager
def peer(postgres: EmbeddedPostgres) -> Iterator[Server]:
    """`open` and `reply` as shipped; its views of tickets repaired, since as shipped each walks through all of them."""
    if not PEER_PYTHON.exists():
        sys.exit("The peer is not installed: `make .venv/.peer`, then once more.")
    variables = {"PEER_DSN": postgres.dsn("peer"), "DJANGO_SETTINGS_MODULE": "settings"}
    prepared = subprocess.run(
        [str(PEER_PYTHON), str(PEER / "prepare.py")],
        env={**os.environ, **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    get = {"Authorization": f"Token {prepared.stdout.split()[-1]}"}
    post = {**get, "Content-Type": "application/json"}
    command = [
        *(str(PEER_PYTHON.with_name("gunicorn")), "--workers", "1", "--threads", "4", "--log-level", "warning"),
        *("--keep-alive", "60", "--bind", f"127.0.0.1:{PEER_PORT}", "--chdir", str(PEER)),
        "django.core.wsgi:get_wsgi_application()",
    ]
    with running(command, PEER_PORT, "/", variables) as pid:
        asked = {"queue": 1, "title": SUBJECT, "description": BODY, "priority": 3, "submitter_email": "a@shop.example"}
        opening = Request("POST", ["/api/tickets/"], post, json.dumps(asked).encode())
        ids = [ask(PEER_PORT, opening)["id"] for _ in range(SEEDED)]
        written = {"ticket": ids[7], "comment": REPLY, "public": True}
        yield Server(
            pid,
            PEER_PORT,
            {
                "open": opening,
                "read": Request("GET", [f"/repaired/tickets/{id_}/" for id_ in ids], get),
                "read as shipped": Request("GET", [f"/api/tickets/{id_}/" for id_ in ids], get),
                f"list {PAGE}": Request("GET", [f"/repaired/tickets/?page_size={PAGE}"], get),
                "reply": Request("POST", ["/api/followups/"], post, json.dumps(written).encode()),
            },
        )


# ── starting and asking ──────────────────────────────────────────────────────
@contextmanager
def running(command: Sequence[str], port: int, path: str, variables: Mapping[str, str]) -> Iterator[int]:
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
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
            time.sleep(0.1)
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def ask(port: int, asked: Request) -> dict[str, str]:
    more = {"Idempotency-Key": str(uuid.uuid4())} if asked.keyed else {}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{asked.paths[0]}", asked.body, {**asked.headers, **more}, method=asked.method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
        return found
