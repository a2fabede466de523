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
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncpg

from app.base.clock import system_clock
from app.base.settings import Settings
from app.base.vocabulary import Role
from app.db.embedded import EmbeddedPostgres
from app.db.pool import Database
from app.services.callers import own_issuer
from app.services.oauth import Mint
from app.services.subjects import Wanted, token_for
from app.tokens.keys import load_keys
from app.tokens.trust import MAX_LIFE_SECONDS
from tests.benchmarks.filling import RESELLERS, add_history, add_resellers
from tests.benchmarks.floor import token as floor_token
from tests.benchmarks.load import Request
from tests.benchmarks.telling import SAID

BIN = Path(sys.executable).parent
PEER = Path(__file__).with_name("peer")
PEER_PYTHON = BIN.parent / "peer" / "bin" / "python"
FLOOR_PORT, DESK_PORT, PEER_PORT = 8391, 8392, 8393
SEEDED, PAGE = 300, 50
SUBJECT, BODY = SAID[0].subject, SAID[0].body
MINUTES = range(20, 20 + 5 * len(SAID), 5)
REPLY = "It still takes ten seconds a page, and customers leave."

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    port: int
    requests: Mapping[str, Request]


def _bodies(asked: Iterable[Mapping[str, object]]) -> list[bytes]:
    return [json.dumps(one).encode() for one in asked]


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
        caller = [f"Bearer {floor_token(account)}"]
        opening = Request("POST", ["/tickets"], caller, _bodies(map(asdict, SAID)))
        ids = [ask(FLOOR_PORT, opening)["id"] for _ in range(SEEDED)]
        quoted = Request("POST", ["/quotes"], caller, _bodies({"minutes": minutes} for minutes in MINUTES))
        yield Server(
            pid,
            FLOOR_PORT,
            {
                "open": opening,
                "read": Request("GET", [f"/tickets/{id_}" for id_ in ids], caller),
                f"list {PAGE}": Request("GET", [f"/tickets?limit={PAGE}"], caller),
                "reply": Request(
                    "POST", [f"/tickets/{id_}/messages" for id_ in ids], caller, _bodies([{"body": REPLY}])
                ),
                "classify": quoted,
                "quote": quoted,
            },
        )


# ── the desk ─────────────────────────────────────────────────────────────────
def of_the_desk(
    postgres: EmbeddedPostgres, data: Path, database: str = "desk", port: int = DESK_PORT
) -> dict[str, str]:
    return {
        "DATABASE_URL": postgres.dsn(database),
        "CLAUSEDESK_DATA_DIR": str(data / database),
        "CLAUSEDESK_PORT": str(port),
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


def staff_token(postgres: EmbeddedPostgres, data: Path, database: str = "desk") -> str:
    return _token(of_the_desk(postgres, data, database, DESK_PORT), "--role staff")


def tokens_of(postgres: EmbeddedPostgres, data: Path, database: str = "desk") -> list[str]:
    """`Authorization` of the contacts that ask in turn; others with each call."""
    return asyncio.run(_tokens(postgres.dsn(database), data / database, [f"B{n}" for n in range(SEEDED)]))


async def _tokens(dsn: str, folder: Path, numbers: Iterable[str]) -> list[str]:
    """As their contacts call, one for each of these accounts."""
    settings = Settings(data_dir=folder)
    mint = Mint(load_keys(None, folder, development=True), own_issuer(settings), MAX_LIFE_SECONDS, system_clock())
    database = await Database.connect(dsn, size=1)
    try:
        wanted = (Wanted("mexxus", Role.AUTHORISED_CONTACT, account=number) for number in numbers)
        return [f"Bearer {await token_for(database, one, mint)}" for one in wanted]
    finally:
        await database.close()


@contextmanager
def desk(
    postgres: EmbeddedPostgres,
    data: Path,
    *,
    tickets: int = (PAGE + 10) * RESELLERS,
    database: str = "desk",
    port: int = DESK_PORT,
) -> Iterator[Server]:
    """With so many tickets that have been closed, a page an account; their contacts ask in turn, each with one open."""
    variables = of_the_desk(postgres, data, database, port)
    with running([str(BIN / "clausedesk"), "demo"], port, "/readyz", variables) as pid:
        in_database(postgres.dsn(database), partial(add_resellers, like="M1001", contact="admin@maplecycles.example"))
        callers = tokens_of(postgres, data, database)
        said = _bodies({"subject": s.subject, "body": s.body, "facts": {"topic": s.topic}} for s in SAID)
        opening = Request("POST", ["/v1/tickets"], callers, said, keyed=True)
        ids = [ask(port, replace(opening, callers=[caller]))["id"] for caller in callers]
        in_database(postgres.dsn(database), partial(add_history, first=0, last=tickets, like=SUBJECT))
        priced = _bodies(
            {"facts": {"topic": s.topic}, "rule": "advanced_support", "estimated_minutes": minutes}
            for s, minutes in zip(SAID, MINUTES, strict=True)
        )
        yield Server(
            pid,
            port,
            {
                "open": opening,
                "read": Request("GET", [f"/v1/tickets/{id_}" for id_ in ids], callers),
                f"list {PAGE}": Request("GET", [f"/v1/tickets?limit={PAGE}"], callers),
                "reply": Request(
                    *("POST", [f"/v1/tickets/{id_}/messages" for id_ in ids], callers),
                    _bodies([{"body": REPLY}]),
                    keyed=True,
                ),
                "classify": Request("POST", ["/v1/classifications"], callers, said),
                "quote": Request("POST", ["/v1/quotes"], callers, priced, keyed=True),
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
    caller = [f"Token {prepared.stdout.split()[-1]}"]
    command = [
        *(str(PEER_PYTHON.with_name("gunicorn")), "--workers", "1", "--threads", "4", "--log-level", "warning"),
        *("--keep-alive", "60", "--bind", f"127.0.0.1:{PEER_PORT}", "--chdir", str(PEER)),
        "django.core.wsgi:get_wsgi_application()",
    ]
    with running(command, PEER_PORT, "/", variables) as pid:
        asked = {"queue": 1, "priority": 3, "submitter_email": "a@shop.example"}
        said = _bodies({**asked, "title": s.subject, "description": s.body} for s in SAID)
        opening = Request("POST", ["/api/tickets/"], caller, said)
        ids = [ask(PEER_PORT, opening)["id"] for _ in range(SEEDED)]
        written = {"ticket": ids[7], "comment": REPLY, "public": True}
        yield Server(
            pid,
            PEER_PORT,
            {
                "open": opening,
                "read": Request("GET", [f"/repaired/tickets/{id_}/" for id_ in ids], caller),
                "read as shipped": Request("GET", [f"/api/tickets/{id_}/" for id_ in ids], caller),
                f"list {PAGE}": Request("GET", [f"/repaired/tickets/?page_size={PAGE}"], caller),
                "reply": Request("POST", ["/api/followups/"], caller, _bodies([written])),
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
    headers = {"Authorization": asked.callers[0], "Content-Type": "application/json"}
    if asked.keyed:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{asked.paths[0]}", asked.bodies[0], headers, method=asked.method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
        return found
