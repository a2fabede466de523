"""What a round of the sweep costs the database where a million tickets are open, of which few are due.

`make bench-sweep` (TICKETS=1000000). Of some the time has come: their clocks are missed in this round.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg

from app.base import logging
from app.clients.objects import Objects
from app.db.due import _TICKETS
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import WORKER_ROLE, Database, teach_json
from app.services.shelf import Policies
from app.services.surveying import Surveyor
from app.services.sweeping.rounds import AT_ONCE, Sweeping
from tests.benchmarks.history import History, load
from tests.benchmarks.reports import READ_WHOLE
from tests.benchmarks.servers import BODY, SUBJECT
from tests.frontdesk import NOW, open_front_desk

DUE, MOST = 1_000, 1.0
"""Tickets whose time has come; seconds of the database that a round may take."""
SETTINGS = (
    *("shared_buffers=2GB", "max_wal_size=8GB", "maintenance_work_mem=512MB", "autovacuum=off"),
    *("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on"),
)
_SPENT = "SELECT coalesce(sum(total_exec_time + total_plan_time), 0) FROM pg_stat_statements"
_DEAREST = """
SELECT (total_exec_time + total_plan_time)::int AS ms, calls, shared_blks_hit + shared_blks_read AS pages,
  left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS query
FROM pg_stat_statements ORDER BY total_exec_time + total_plan_time DESC LIMIT 4"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    tickets = parser.parse_args().tickets
    logging.configure("error")
    with tempfile.TemporaryDirectory(prefix="clausedesk-sweep-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "pg", durable=False, settings=SETTINGS) as server:
            took = asyncio.run(measure(folder, server.dsn(), tickets))
    print(f"a round takes the database {took:.2f} s, and may take {MOST:.0f}")
    if took > MOST:
        sys.exit(1)


async def measure(folder: Path, dsn: str, tickets: int) -> float:
    await migrate(dsn)
    owner = await asyncpg.connect(dsn)
    await teach_json(owner)
    await owner.execute("CREATE EXTENSION pg_stat_statements")
    database, worker = await Database.connect(dsn), await Database.connect(dsn, role=WORKER_ROLE)
    async with open_front_desk(folder, database, owner) as front:
        account, _, customer = await front.customer()
        asked = {"subject": SUBJECT, "body": BODY, "facts": {"topic": "web.error"}}
        opened = await front.client.post("/v1/tickets", json=asked, headers={**customer, **front.key()})
        assert opened.status_code == 201, opened.text
        await load(dsn, History(tickets, DUE, SUBJECT, account=account.number, waiting=tickets - DUE, until=NOW))
        front.now = NOW + timedelta(days=20)
        sweeping = Sweeping(worker, Policies(worker), Objects.at("", folder), lambda: front.now)
        await owner.execute("SELECT pg_stat_reset()")

        async def round_() -> int:
            found = await sweeping.due()
            for one in found:
                await sweeping.attend(one)
            return len(found)

        first = await round_()  # it learns the policy and plans its statements
        whole = await spent(owner, "a round", round_)
        finding = await spent(owner, "what is due, found", sweeping.due)
        assert first == AT_ONCE
        for (step,) in await owner.fetch(f"EXPLAIN {_TICKETS}", front.now, AT_ONCE):
            if " on " in step and "provider" not in step:
                print(step.strip().removeprefix("->").strip())
        for what in (sweeping.lapse_quotes, sweeping.expire_forms, sweeping.escalate, sweeping.replan, sweeping.tidy):
            finding += await spent(owner, what.__name__, what)
        await spent(owner, "figures of what is open", Surveyor(worker, sweeping.policies, sweeping.clock).now)
        await asyncio.sleep(11)  # so long a connection keeps what it has counted
        for row in await owner.fetch(READ_WHOLE):
            print(f"read from end to end: {row['relname']}, {row['rows']} rows")
    await asyncio.gather(database.close(), worker.close(), owner.close())
    return whole


async def spent(owner: asyncpg.Connection, what: str, work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the database's own time."""
    await owner.execute("SELECT pg_stat_statements_reset()")
    result = await work()
    seconds = float(await owner.fetchval(_SPENT)) / 1000
    print(f"{seconds * 1000:8.1f} ms of the database  {what}: {result if isinstance(result, int) else ''}", flush=True)
    for row in await owner.fetch(_DEAREST):
        if row["ms"] > 1:
            print(f"{row['ms']:>16} ms, {row['calls']} calls, {row['pages']} pages: {row['query']}")
    return seconds


if __name__ == "__main__":
    main()
