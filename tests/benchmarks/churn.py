"""A week's work on a desk with years of history, and what it leaves behind in tables and indexes. `make bench-churn`.

One of a hundred tickets is of this week: opened, assigned, answered from both sides, solved, closed; events are placed,
webhooks told, sweeps and tidying done each hour. Autovacuum runs as PostgreSQL has it, but looks each second: the week
takes minutes here. TICKETS=100000.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base import logging
from app.base.vocabulary import Role
from app.clients.objects import Objects
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import WORKER_ROLE, Database, teach_json
from app.db.tables.contacts import Contact
from app.db.tables.providers import Provider
from app.db.tables.staff import Staff
from app.db.tables.webhooks import Webhook
from app.jobs.sequence import sequence
from app.jobs.sweep import sweep
from app.schemas.deliveries import Attempt, Claimed
from app.services.delivering import Deliveries
from app.services.sequencing import Sequencing
from app.services.shelf import Policies
from app.services.sweeping.rounds import DELIVERED_FOR, Sweeping
from app.services.webhooks.planning import plan_webhooks
from tests import factories
from tests.benchmarks.history import History, load
from tests.benchmarks.servers import BODY, REPLY, SUBJECT
from tests.frontdesk import NOW, FrontDesk, Headers, open_front_desk

OPEN, DAYS, BESIDE = 1_000, 7, 4
SETTINGS: Final = (
    *("shared_buffers=1GB", "max_wal_size=4GB", "autovacuum_naptime=1s"),
    *("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all"),
)
TABLES: Final = ("ticket", "clock", "message", "event", "delivery", "idempotency_key")
# What is read all the time and has few live entries among many that were: where dead ones tell first.
INDEXES: Final = ("pk_ticket", "ix_ticket_open", "ix_ticket_queue", "ix_ticket_due", "ix_ticket_updated",
                  "ix_ticket_wake", "ix_clock_sweep", "ix_clock_warning", "ix_event_unsequenced", "uq_event_placed",
                  "ix_delivery_pending", "ix_idempotency_key_expiry")  # fmt: skip
_TABLE: Final = """
SELECT pg_table_size($1::regclass) / 1048576.0 AS mb, tuple_count AS live, dead_tuple_count AS dead,
  dead_tuple_percent AS dead_percent, free_percent, n_tup_upd AS updated,
  round(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1)) AS hot, autovacuum_count AS vacuums
FROM pgstattuple($1::regclass), pg_stat_user_tables WHERE relid = $1::regclass"""
_INDEX: Final = "SELECT index_size / 8192 AS pages, avg_leaf_density AS density FROM pgstatindex($1)"
_GIN: Final = "SELECT pending_pages, pending_tuples FROM pgstatginindex($1)"
_PAGES: Final = "SELECT sum(shared_blks_hit + shared_blks_read)::bigint FROM pg_stat_statements WHERE toplevel"
_OLD: Final = """
INSERT INTO delivery (provider_id, id, kind, event_id, webhook_id, target, payload, state, next_at, delivered_at,
  created_at, updated_at)
SELECT provider_id, id, 'webhook', id, $1, '{}', data, 'delivered', at, at, at, at FROM (
  SELECT *, $2::timestamptz - random() * $3::interval AS at FROM event) AS event"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    tickets = parser.parse_args().tickets
    logging.configure("error")
    with tempfile.TemporaryDirectory(prefix="clausedesk-churn-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "pg", durable=False, settings=SETTINGS) as server:
            asyncio.run(measure(folder, server.dsn(), tickets))


async def measure(folder: Path, dsn: str, tickets: int) -> None:
    await migrate(dsn)
    owner = await asyncpg.connect(dsn, command_timeout=600)
    await teach_json(owner)
    await owner.execute("CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pgstattuple")
    database, worker = await Database.connect(dsn), await Database.connect(dsn, role=WORKER_ROLE)
    async with open_front_desk(folder, database, owner) as front:
        week = await Week.begun(front, worker, folder)
        account = await owner.fetchval("SELECT number FROM account LIMIT 1")
        await week.life(whole=False)
        await load(dsn, History(tickets, OPEN, SUBJECT, account=account, told=True, until=NOW))
        await owner.execute(_OLD, week.webhook, NOW, DELIVERED_FOR)
        await owner.execute("VACUUM ANALYZE")
        await shown(owner, "before")
        await costs(owner, week)
        await owner.execute("SELECT pg_stat_reset()")
        for day in range(DAYS):
            await week.day(tickets // 100 // DAYS)
            print(f"day {day + 1}", flush=True)
        await asyncio.sleep(5)  # for autovacuum, and for what it counts by
        await shown(owner, "after the week")
        await costs(owner, week)
        await owner.execute("VACUUM")
        print("\nand after a VACUUM of everything:")
        await costs(owner, week)
        await owner.execute("REINDEX SCHEMA public")
        await shown(owner, "built anew")
    await asyncio.gather(database.close(), worker.close(), owner.close())


People = tuple[Provider, Contact, Staff]


class Week:
    """Whoever works on tickets, and the worker's rounds."""

    def __init__(self, front: FrontDesk, worker: Database, folder: Path, people: People, webhook: UUID) -> None:
        def clock() -> datetime:
            return front.now

        self.front, self.webhook = front, webhook
        self._people = people
        self.sequencing = Sequencing(worker, (plan_webhooks,), clock)
        self.deliveries = Deliveries(worker, {"webhook": heard}, clock)
        self.sweeping = Sweeping(worker, Policies(worker), Objects.at("", folder), clock)

    @classmethod
    async def begun(cls, front: FrontDesk, worker: Database, folder: Path) -> "Week":
        _, contact, _ = await front.customer()
        provider = await front.provider()
        row = Webhook(provider_id=provider.id, id=factories.new_id(), url="https://a.example", secret=b"s",
                      created_at=NOW, updated_at=NOW)  # fmt: skip
        await factories.insert(front.owner, row)
        return cls(front, worker, folder, (provider, contact, await factories.staff(front.owner, provider.id)), row.id)

    # Each time anew, for no token lives for a week.
    @property
    def customer(self) -> Headers:
        provider, contact, _ = self._people
        return self.front.contact(provider, contact)

    @property
    def staff(self) -> Headers:
        provider, _, staff = self._people
        return self.front.bearer(provider, Role.STAFF, staff.id)

    async def day(self, tickets: int) -> None:
        for hour in range(24):
            self.front.now += timedelta(hours=1)
            of_this_hour = range(tickets * hour // 24, tickets * (hour + 1) // 24)
            lives = [self.life(whole=n % 10 > 0) for n in of_this_hour]
            for start in range(0, len(lives), BESIDE):
                await asyncio.gather(*lives[start : start + BESIDE])
            await self.rounds()

    async def life(self, *, whole: bool) -> None:
        asked = {"subject": SUBJECT, "body": BODY, "facts": {"topic": "web.error"}}
        opened = await self._post("/v1/tickets", self.customer, asked)
        url = f"/v1/tickets/{opened['id']}"
        if not whole:
            return
        await self._post(f"{url}/assign", self.staff, {"staff": "me"})
        await self._post(f"{url}/messages", self.staff, {"body": "We are looking at it."})
        await self._post(f"{url}/messages", self.customer, {"body": REPLY})
        await self._post(f"{url}/resolve", self.staff, {"resolution": "The cache was full."})
        await self._post(f"{url}/close", self.customer, None)

    async def rounds(self) -> None:
        while await sequence(self.sequencing):
            pass
        while claimed := await self.deliveries.claim(100, ()):
            await asyncio.gather(*map(self.deliveries.attempt, claimed))
        while await sweep(self.sweeping):
            pass
        while await self.sweeping.tidy():
            pass

    async def _post(self, url: str, who: Headers, body: Mapping[str, Any] | None) -> dict[str, Any]:
        answer = await self.front.client.post(url, json=body, headers={**who, **self.front.key()})
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def heard(_: Claimed, __: datetime) -> Attempt:
    """A receiver that takes everything."""
    return Attempt(delivered=True, status=200)


async def shown(owner: asyncpg.Connection, when: str) -> None:
    heading = f"{'MB':>8}{'live':>10}{'dead':>8}{'dead %':>8}{'free %':>8}{'updates':>9}{'HOT %':>7}{'vacuums':>9}"
    print(f"\n{when:18}{heading}")
    for table in TABLES:
        row = await owner.fetchrow(_TABLE, table)
        print(f"{table:18}{row['mb']:8.1f}{row['live']:10}{row['dead']:8}{row['dead_percent']:8.1f}"
              f"{row['free_percent']:8.1f}{row['updated']:9}{row['hot']:7}{row['vacuums']:9}")  # fmt: skip
    found = [(name, await owner.fetchrow(_INDEX, name)) for name in INDEXES]
    print("  ".join(f"{name}: {row['pages']} pages, {row['density']:.0f} % full" for name, row in found))
    for name in ("ix_ticket_search", "ix_message_search"):
        row = await owner.fetchrow(_GIN, name)
        print(f"{name}: {row['pending_tuples']} rows on {row['pending_pages']} pages wait to be put in order")


async def costs(owner: asyncpg.Connection, week: Week) -> None:
    """Pages that requests look at."""
    asked: Sequence[tuple[str, str, Headers]] = (
        ("queue", "/v1/queue?limit=20", week.staff),
        ("list", "/v1/tickets?limit=50", week.staff),
        ("open ones", "/v1/tickets?status=open&limit=50", week.staff),
        ("search", "/v1/tickets?q=cache&limit=50", week.staff),
    )
    told = []
    for name, url, who in asked:
        told.append(f"{name} {await looked_at(owner, partial(week.front.client.get, url, headers=who))}")
    told.append(f"due {await looked_at(owner, week.sweeping.due)}")
    print("pages looked at: " + ", ".join(told), flush=True)


async def looked_at(owner: asyncpg.Connection, work: Callable[[], Awaitable[object]]) -> int:
    await work()
    await owner.execute("SELECT pg_stat_statements_reset()")
    await work()
    return int(await owner.fetchval(_PAGES))


if __name__ == "__main__":
    main()
