"""Reports and figures over a month of many tickets: how long each takes, from the first counting on.

`make bench-reports` (TICKETS=1000000). The rows are made in the database itself; a share of them has every verdict.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
from prometheus_client import generate_latest

from app.base.metrics import REGISTRY
from app.base.vocabulary import Role
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import WORKER_ROLE, Database, teach_json
from app.services.shelf import Policies
from app.services.surveying import Surveyor
from tests import factories
from tests.frontdesk import NOW, open_front_desk

Result = TypeVar("Result")
_TICKETS = """
INSERT INTO ticket (provider_id, id, reference, status, outcome, coverage, work_gate, fee, channel, subject, decision,
  policy_version, settings_revision, received_at, decided_at, created_at, updated_at, priority, department, level,
  resolved_at, next_due_at)
SELECT $1, (lpad(to_hex(extract(epoch FROM at)::bigint * 1000), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
    || substr(md5(n::text), 4, 15))::uuid,
  'MEX-' || n, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'closed' END, 'accepted', 'covered', 'open',
  '{"kind": "none", "amount": "0.00", "currency": "CAD"}', (ARRAY['helpdesk', 'email'])[1 + n % 2],
  'Nobody can open our site since nine in the morning', $4::jsonb, 1, 0, at, at, at, at,
  (ARRAY['low', 'medium', 'high'])[1 + n % 3], (ARRAY['support', 'billing', 'sales'])[1 + n % 7 % 3], 1 + n % 5 % 2,
  CASE WHEN n % 50 <> 0 THEN at + interval '3 hours' END, CASE WHEN n % 50 = 0 THEN at + interval '1 day' END
FROM (SELECT n, $2::timestamptz - random() * interval '30 days' AS at FROM generate_series(1, $3::int) AS n) AS made"""
_CLOCKS = """
INSERT INTO clock (provider_id, ticket_id, metric, cycle, state, kind, strength, liability, started_at, due_at,
  stopped_at, consumed_seconds, excused_by, breach_announced_at, updated_at)
SELECT provider_id, id, metric, 1, judged.state, 'elapsed', 'expected', 'none', received_at,
  received_at + interval '4 hours', CASE WHEN judged.state <> 'running' THEN received_at + took * interval '1 s' END,
  CASE WHEN judged.state <> 'running' THEN took END,
  CASE WHEN judged.state = 'breached' AND took % 3 = 0 THEN 'workload' END,
  CASE WHEN judged.state = 'breached' THEN received_at END, updated_at
FROM (SELECT t.*, metric, (300 + random() * random() * 40000)::int AS took FROM ticket AS t,
        unnest(ARRAY['first_response', 'resolve']) AS metric) AS timed,
  LATERAL (SELECT CASE WHEN status = 'open' THEN 'running' WHEN took > 14400 THEN 'breached' ELSE 'met' END AS state)
    AS judged"""
# A price for every fifth, agreed to by four of five, and paid.
_QUOTES = """
INSERT INTO quote (provider_id, id, ticket_id, edition, status, rule, total, currency, terms, policy_version,
  settings_revision, requested_by, consent, paid, created_at, updated_at)
SELECT provider_id, id, id, 1, CASE WHEN n % 5 = 0 THEN 'waived' ELSE 'consented' END,
  (ARRAY['advanced_hourly', 'restore', 'migration'])[1 + n % 3], 85, 'CAD', 'capped', 1, 0, 'staff:7',
  CASE WHEN n % 5 <> 0 THEN '{"by": "customer"}'::jsonb END, CASE WHEN n % 5 <> 0 THEN 85 ELSE 0 END, at, at
FROM (SELECT provider_id, id, received_at AS at, row_number() OVER () AS n FROM ticket
      WHERE reference ~ '[05]$') AS priced"""
_PAYMENTS = """
INSERT INTO payment (provider_id, id, quote_id, kind, reference, amount, currency, recorded_by, paid_at, created_at)
SELECT provider_id, id, id, 'payment', 'paid ' || id, 85, 'CAD', 'billing', created_at, created_at
FROM quote WHERE status = 'consented'"""
READ_WHOLE = """
SELECT relname, seq_tup_read / seq_scan AS rows FROM pg_stat_user_tables
WHERE seq_scan > 0 AND seq_tup_read / seq_scan > 10000"""
_DECISION = {"citations": [{"clause": f"MEX-{n:02}", "sentence": "As the policy says. " * 6} for n in range(8)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    tickets = parser.parse_args().tickets
    with (
        tempfile.TemporaryDirectory(prefix="clausedesk-reports-") as name,
        EmbeddedPostgres(Path(name) / "pg", durable=False) as server,
    ):
        asyncio.run(measure(Path(name), server.dsn(), tickets))


async def measure(folder: Path, dsn: str, tickets: int) -> None:
    await migrate(dsn)
    owner = await asyncpg.connect(dsn)
    await teach_json(owner)
    database, worker = await Database.connect(dsn), await Database.connect(dsn, role=WORKER_ROLE)
    async with open_front_desk(folder, database, owner) as front:
        provider = await front.provider()
        await timed(f"{tickets} tickets made", lambda: fill(owner, provider.id, tickets))
        surveyor = Surveyor(worker, Policies(worker), lambda: NOW)
        await timed("every day counted", lambda: to_the_end(surveyor))
        await timed("figures read again", surveyor.past)
        await timed("figures of what is open", surveyor.now)
        await one_change(owner, provider.id)
        later = Surveyor(worker, surveyor.policies, lambda: NOW + timedelta(minutes=2))
        later._spreading = surveyor._spreading
        await timed("a day counted again after a change", later.past)
        began = time.perf_counter()
        lines = generate_latest(REGISTRY).count(b"\n")
        print(f"{(time.perf_counter() - began) * 1000:8.0f} ms  a scrape of {lines} lines")
        await owner.execute("SELECT pg_stat_reset()")
        who = front.bearer(provider, Role.STAFF, (await factories.staff(owner, provider.id)).id)
        month = "since=2026-01-11T05:00:00Z"
        for path in (
            f"sla?{month}",
            f"sla?{month}&by=level",
            f"sla?{month}&period=day",
            f"goals?{month}",
            f"fees?{month}",
        ):
            ask = partial(front.client.get, f"/v1/reports/{path}", headers=who)
            for _ in range(2):
                answer = await timed(f"GET /v1/reports/{path}", ask)
                assert answer.is_success, answer.text
        await asyncio.sleep(11)  # so long a connection keeps what it has counted
        for row in await owner.fetch(READ_WHOLE):
            print(f"read from end to end by reports: {row['relname']}, {row['rows']} rows")
    await database.close()
    await worker.close()
    await owner.close()


async def fill(owner: asyncpg.Connection, provider: UUID, tickets: int) -> None:
    # Words are not looked for here, and their index takes longest to fill.
    await owner.execute("DROP INDEX ix_ticket_search")
    await owner.execute(_TICKETS, provider, NOW, tickets, _DECISION, timeout=1200)
    await owner.execute(_CLOCKS, timeout=1200)
    await owner.execute(_QUOTES, timeout=1200)
    await owner.execute(_PAYMENTS, timeout=1200)
    for table in ("quote", "payment"):
        await owner.execute(f"VACUUM ANALYZE {table}", timeout=1200)
    await owner.execute("VACUUM ANALYZE ticket", timeout=1200)
    await owner.execute("VACUUM ANALYZE clock", timeout=1200)


async def to_the_end(surveyor: Surveyor) -> None:
    while await surveyor.past():
        pass


async def one_change(owner: asyncpg.Connection, provider: UUID) -> None:
    ticket = await owner.fetchval("SELECT id FROM ticket WHERE status = 'open' LIMIT 1")
    await factories.event(owner, provider, subject_id=ticket, position=1, seal=b"s", occurred_at=datetime.now(UTC))


async def timed(what: str, work: Callable[[], Awaitable[Result]]) -> Result:
    began = time.perf_counter()
    result = await work()
    print(f"{(time.perf_counter() - began) * 1000:8.0f} ms  {what}", flush=True)
    return result


if __name__ == "__main__":
    main()
