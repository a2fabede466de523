"""What an opening costs PostgreSQL alone, by the very statement: time, log and disk. `make bench-capacity`."""

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from app.base import logging
from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.bare import Bare, bare
from tests.benchmarks.servers import create, in_database

_ROUNDS = 3
_COUNTED = """
SELECT (SELECT count(*) FROM ticket) AS tickets, wal_bytes::bigint AS log, wal_fpi AS pages, wal_records AS records,
  (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
     AND relname <> 'idempotency_key') AS disk,
  pg_total_relation_size('idempotency_key') AS keys
FROM pg_stat_wal"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one opening: microseconds, bytes, and how many there were in a second."""

    per_second: float
    cpu: float
    log: float
    disk: float
    keys: float
    """Bytes of the answer under its idempotency key, which is forgotten after a day."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    given = parser.parse_args()
    logging.configure("error")
    with tempfile.TemporaryDirectory(prefix="clausedesk-capacity-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data", settings=("shared_buffers=512MB", "max_wal_size=8GB")) as postgres:
            create(postgres, "bare")
            alone = asyncio.run(bare(postgres.dsn("bare"), data))
            alone.per_second(2)
            costs = [_cost(postgres, alone, given.seconds) for _ in range(_ROUNDS)]
    print(f"{'openings/s':>10}{'CPU µs':>8}{'log kB':>8}{'disk kB':>9}{'answer kB':>11}")
    print(
        f"{_of(costs, 'per_second'):10.0f}{_of(costs, 'cpu'):8.0f}{_of(costs, 'log') / 1000:8.1f}"
        f"{_of(costs, 'disk') / 1000:9.1f}{_of(costs, 'keys') / 1000:11.1f}"
    )


def _of(costs: list[Cost], what: str) -> float:
    return float(statistics.median(getattr(cost, what) for cost in costs))


def _cost(postgres: EmbeddedPostgres, alone: Bare, seconds: float) -> Cost:
    before, spent = in_database(alone.dsn, _counted), _spent(postgres)
    rate = alone.per_second(seconds)
    time.sleep(0.5)  # those who worked have ended, and are counted with their parent
    spent, after = _spent(postgres) - spent, in_database(alone.dsn, _counted)
    number = after["tickets"] - before["tickets"]
    log, disk, keys = (float(after[name] - before[name]) / number for name in ("log", "disk", "keys"))
    return Cost(rate, spent / number * 1e6, log, disk, keys)


async def _counted(connection: asyncpg.Connection) -> dict[str, Any]:
    await connection.execute("CHECKPOINT")
    return dict(await connection.fetchrow(_COUNTED))


def _spent(postgres: EmbeddedPostgres) -> float:
    times = psutil.Process(postgres.pid).cpu_times()
    children = psutil.Process(postgres.pid).children(recursive=True)
    own = float(times.user + times.system + times.children_user + times.children_system)
    return own + sum(sum(child.cpu_times()[:2]) for child in children)


if __name__ == "__main__":
    main()
