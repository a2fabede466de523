"""A desk at work on a database that will be lost, and what is compared before and after."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from app.db.embedded import own_binaries
from app.db.schema import metadata
from tests.cli.desk import Running
from tests.observe import free_port

COMMAND = Path(sys.executable).with_name("clausedesk")
TICKET: dict[str, Any] = {
    "channel": "helpdesk",
    "account": "M1001",
    "sender": {"email": "admin@maplecycles.example"},
    "subject": "Our site is offline",
    "body": "Nobody can open it.",
    "facts": {"topic": "web.offline"},
}


class Desk:
    """Clausedesk on this database, by commands of its own; its keys lie in the folder."""

    def __init__(self, folder: Path, dsn: str, **logins: str) -> None:
        """By this address the database is looked into, and used, too, where the desk has no logins of its own."""
        self._folder, self._dsn = folder, dsn
        self._around = {"DATABASE_URL": dsn, "CLAUSEDESK_DATA_DIR": str(folder / "keys"), **logins}

    def run(self, *words: str) -> str:
        around = {**os.environ, **self._around}
        return subprocess.run([COMMAND, *words], check=True, env=around, stdout=subprocess.PIPE, text=True).stdout

    def token(self, role: str, *words: str) -> str:
        return self.run("token", "--provider", "mexxus", "--role", role, *words).strip()

    def takes_a_ticket(self, token: str) -> dict[str, Any]:
        """With its demonstration, workers included; the ticket as staff read it by this token."""
        port = free_port()
        with Running("demo", "--port", str(port), **self._around) as desk:
            desk.wait_for("curl")
            ticket = _asked(port, "/v1/tickets", self.token("service", "--scope", "submit"), TICKET)
            return _asked(port, f"/v1/tickets/{ticket['id']}", token or self.token("staff"))

    def reads(self, ticket: dict[str, Any], token: str) -> dict[str, Any]:
        port = free_port()
        with Running("serve", "--port", str(port), CLAUSEDESK_WORKER_IN_SERVE="false", **self._around) as desk:
            desk.wait_for("answers at")
            return _asked(port, f"/v1/tickets/{ticket['id']}", token)

    def verified(self) -> list[str]:
        return self.run("audit", "verify").splitlines()

    def rows(self) -> dict[str, int]:
        counts = " UNION ALL ".join(f"SELECT '{t.name}', count(*) FROM \"{t.name}\"" for t in metadata.sorted_tables)
        lines = self.sql(counts).splitlines()
        return {name: int(count) for name, count in (line.split("|") for line in lines)}

    def sql(self, statements: str) -> str:
        stop = "ON_ERROR_STOP=1"
        options = ("--quiet", "--tuples-only", "--no-align", "--set", stop)
        return tool("psql", *options, "--dbname", self._dsn, "--command", statements)


def _asked(port: int, path: str, token: str, body: object = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = str(time.monotonic_ns())
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def tool(name: str, *words: str) -> str:
    """One of the server's own programs; what it printed."""
    return subprocess.run([own_binaries() / name, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def took(what: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    work()
    print(f"{what} in {time.monotonic() - began:.1f} s", flush=True)
