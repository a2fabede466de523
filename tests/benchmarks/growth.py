"""What more history costs: one desk with ten thousand tickets and one with a million or more, asked in turns.

`make bench-growth` (TICKETS=1000000). Backlogs do not grow with age, so both have equally many open tickets. WORDS=1:
every ticket has its message, for searches; else lean rows.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.comparing import HEADING, line
from tests.benchmarks.history import THINGS, History, load
from tests.benchmarks.load import Bench, Sample
from tests.benchmarks.servers import PAGE, SEEDED, SUBJECT, Server, create, desk, in_database, staff_token

SMALL, MOST = 10_000, 1.3
OPEN, CONNECTIONS = 1_000, 4
FEW, MANY = 150, 6_000
"""Accounts: a page of each of the few is full."""
STEADY = 10
"""Accounts, the last of those that ask, that have as many tickets in both."""
NEWEST = 150.0 / 2
"""Milliseconds that a page of 100 may take: the newest 200 of a provider are two."""
SETTINGS = (
    *("shared_buffers=2GB", "max_wal_size=4GB", "maintenance_work_mem=512MB", "autovacuum=off"),
    *("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all"),
)
# PostgreSQL's own counts: pages of the database that statements have looked at.
_LOOKED_AT = """
SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND toplevel"""
COMPARED = ("open", "read", "read any", f"list {PAGE}", "queue", "search", "steady")
"""By both, and at most so many times dearer. `read any`: by staff, of all years; `search`: of an account that has grown
along; `steady`: of one that has as many tickets in both."""
OF_ALL: Mapping[str, str] = {
    "newest": "limit=100",
    "open ones": "status=open&limit=100",
    "a word": f"q={THINGS[0]}&limit=100",
    "two words": f"q={THINGS[0]}%20{THINGS[1]}&limit=100",
    "rare": f"q={THINGS[-1]}&limit=100",
    "often+rare": f"q={THINGS[0]}%20{THINGS[-1]}&limit=100",
    "not": f"q={THINGS[0]}%20-{THINGS[1]}&limit=100",
    "none": "q=nothing&limit=100",
}
"""Staff's lists over a provider."""


@dataclass(frozen=True, slots=True)
class Desk:
    name: str
    server: Server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    told = bool(os.environ.get("WORDS"))
    folder = Path(tempfile.mkdtemp(prefix="clausedesk-growth-", dir=os.environ.get("GROWTH_DIR")))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder / "data", settings=SETTINGS) as postgres, ExitStack() as running:
            create(postgres, "small", "large")
            in_database(postgres.dsn(), lambda c: c.execute("CREATE EXTENSION pg_stat_statements"))
            sizes = {"small": (SMALL, FEW), "large": (given.tickets, MANY)}
            desks: list[Desk] = []
            for at, (name, (tickets, accounts)) in enumerate(sizes.items()):
                server = running.enter_context(desk(postgres, folder, tickets=0, database=name, port=8395 + at))
                steady = [f"B{SEEDED - n}" for n in range(1, STEADY + 1)]
                like = History(tickets, OPEN, SUBJECT, accounts=accounts, told=told, steady=steady)
                asyncio.run(load(postgres.dsn(name), like))
                desks.append(Desk(name, with_staff(postgres, folder, name, server)))
            measure(postgres, Bench(postgres.pid or 0), desks, given.rounds, given.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_staff(postgres: EmbeddedPostgres, folder: Path, name: str, server: Server) -> Server:
    staff = [f"Bearer {staff_token(postgres, folder, name)}"]
    read, listed = server.requests["read"], server.requests[f"list {PAGE}"]
    steady = listed.callers[SEEDED - STEADY :]
    listed = replace(listed, callers=listed.callers[:FEW])
    whole = """SELECT id FROM ticket WHERE provider_id = (SELECT id FROM provider WHERE slug = 'mexxus')
      AND decision <> '{}' ORDER BY md5(id::text) LIMIT 2000"""
    ids = in_database(postgres.dsn(name), lambda connection: connection.fetch(whole))
    more = {
        f"list {PAGE}": listed,
        "read any": replace(read, paths=[f"/v1/tickets/{row['id']}" for row in ids], callers=staff),
        "queue": replace(read, paths=["/v1/queue?limit=20"], callers=staff),
        "search": replace(listed, paths=[f"/v1/tickets?q={THINGS[1]}&limit=20"]),
        "steady": replace(listed, paths=[f"/v1/tickets?q={THINGS[1]}&limit=20"], callers=steady),
        **{what: replace(read, paths=[f"/v1/tickets?{query}"], callers=staff) for what, query in OF_ALL.items()},
    }
    return replace(server, requests={**server.requests, **more})


def measure(postgres: EmbeddedPostgres, bench: Bench, desks: Sequence[Desk], rounds: int, seconds: float) -> None:
    grown = []
    print(f"\nin turns, {rounds} rounds, {CONNECTIONS} connections\n{HEADING}{'pages':>8}")
    for name in (*COMPARED, *OF_ALL):
        taken: dict[str, list[Sample]] = {desk.name: [] for desk in desks}
        pages: dict[str, list[float]] = {desk.name: [] for desk in desks}
        for number in range(rounds + 1):
            for one in desks:
                server, before = one.server, looked_at(postgres, one.name)
                asked = server.requests[name]
                sample = bench.measure(server.pid, server.port, asked, seconds=seconds, connections=CONNECTIONS)
                if number:  # the first warms up
                    taken[one.name].append(sample)
                    pages[one.name].append((looked_at(postgres, one.name) - before) / sample.answers)
        small, large = (taken[desk.name] for desk in desks)
        for one in desks:
            print(f"{line(name, taken[one.name])}{statistics.median(pages[one.name]):8.0f}  {one.name}")
        times = statistics.median(b.p50 / a.p50 for a, b in zip(small, large, strict=True))
        cpu = statistics.median(b.database_cpu / a.database_cpu for a, b in zip(small, large, strict=True))
        print(f"{'':10}{times:.2f} x p50, {cpu:.2f} x PG's CPU", flush=True)
        if name in COMPARED and times > MOST:
            grown.append(f"{name} {times:.2f} x")
        if name in OF_ALL and (took := one_alone(bench, desks[-1], name)) > NEWEST:
            grown.append(f"{name} {took:.0f} ms")
    print(f"\nmore than {MOST} x, or than {NEWEST:.0f} ms over a provider: {'; '.join(grown) or 'nothing'}")


def one_alone(bench: Bench, one: Desk, name: str) -> float:
    """Milliseconds to an answer where nobody else asks."""
    sample = bench.measure(one.server.pid, one.server.port, one.server.requests[name], seconds=2, connections=1)
    print(f"{'':10}{sample.p50:.0f} ms where nobody else asks", flush=True)
    return sample.p50


def looked_at(postgres: EmbeddedPostgres, name: str) -> int:
    return int(in_database(postgres.dsn(), lambda connection: connection.fetchval(_LOOKED_AT, name)))


if __name__ == "__main__":
    main()
