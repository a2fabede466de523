"""What logs and metrics cost of a GET's CPU, against the same desk without them, in turns. `make bench-observed`.

The desk is called as its server calls it, in this process, so that nothing but the desk is measured.
"""

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from app.api import observed
from app.base import logging, tracing
from app.db import pool
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import Database, teach_json
from tests.frontdesk import open_front_desk

ROUNDS, REQUESTS = 30, 150


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="clausedesk-observed-") as name,
        EmbeddedPostgres(Path(name) / "pg", durable=False) as server,
    ):
        # What is logged is written, and read by nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        logging.configure("info")
        asyncio.run(measure(Path(name), server.dsn()))


async def measure(folder: Path, dsn: str) -> None:
    await migrate(dsn)
    owner = await asyncpg.connect(dsn)
    await teach_json(owner)
    database = await Database.connect(dsn)
    async with open_front_desk(folder, database, owner) as front:
        _, _, customer = await front.customer()
        body = {"subject": "Down", "body": "Since nine.", "facts": {"topic": "web.offline"}}
        ticket = (await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})).json()
        app: Any = front.client._transport.app  # type: ignore[attr-defined] # ASGI in this process has it
        for path in (f"/v1/tickets/{ticket['id']}", "/v1/me"):
            ask = asking(app, path, customer["Authorization"])
            await compared(f"GET {path.replace(ticket['id'], '{ticket}')}", ask)
    await database.close()
    await owner.close()


def asking(app: Any, path: str, token: str) -> Callable[[], Any]:
    headers = [(b"host", b"desk.example"), (b"authorization", token.encode()), (b"accept", b"application/json")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https"}
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers}  # type: ignore[dict-item] # an ASGI scope
    scope |= {"client": ("127.0.0.1", 1), "server": ("desk.example", 443)}  # type: ignore[dict-item] # an ASGI scope

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200

    async def ask() -> None:
        await app(dict(scope), receive, send)

    return ask


async def compared(what: str, ask: Callable[[], Any]) -> None:
    pairs = []
    for number in range(ROUNDS + 2):
        seen = await cpu(ask)
        with unobserved():
            unseen = await cpu(ask)
        if number >= 2:  # the first rounds warm both up
            pairs.append((seen, unseen))
    ratio = statistics.median(seen / unseen for seen, unseen in pairs)
    each = [statistics.median(side) * 1e6 / REQUESTS for side in zip(*pairs, strict=True)]
    print(f"{what}: {each[0]:.0f} µs of CPU, {each[1]:.0f} µs without logs and metrics: {ratio - 1:+.1%}", flush=True)
    if ratio > 1.15:
        sys.exit("that is more than 15 %")


async def cpu(ask: Callable[[], Any]) -> float:
    gc.collect()
    gc.disable()
    began = time.process_time()
    for _ in range(REQUESTS):
        await ask()
    took = time.process_time() - began
    gc.enable()
    return took


@contextmanager
def unobserved() -> Iterator[None]:
    """The same desk with nothing logged, measured or counted."""

    def nothing(*_: object) -> None:
        pass

    kept = observed._report, pool.__dict__["observe_wait"]
    observed.__dict__["_report"], pool.__dict__["observe_wait"] = nothing, nothing
    assert tracing.carried() == {}
    yield
    observed.__dict__["_report"], pool.__dict__["observe_wait"] = kept


if __name__ == "__main__":
    main()
