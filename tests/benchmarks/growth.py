"""What more history costs: the same requests at ten thousand tickets and at more and more. `make bench-growth`.

Backlogs do not grow with age, so all that is added is closed, of a thousand accounts, back through time.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.comparing import HEADING, line
from tests.benchmarks.filling import add_history, end_open
from tests.benchmarks.load import Bench
from tests.benchmarks.servers import PAGE, SEEDED, SUBJECT, Server, create, desk, in_database, staff_token

FIRST, MOST = 10_000, 1.3
SEARCH = "/v1/tickets?q=certificate%20backup&limit=20"
# The last is staff's search through all accounts: it grows with what there is to find.
ASKED = ("open", "read", f"list {PAGE}", "queue", "search", "of all")
KEPT_FLAT = ASKED[:5]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    sizes = [FIRST]
    while sizes[-1] < given.tickets:
        sizes.append(min(sizes[-1] * 10, given.tickets))
    settings = ("shared_buffers=2GB", "max_wal_size=8GB", "maintenance_work_mem=512MB", "autovacuum=off")
    with tempfile.TemporaryDirectory(prefix="clausedesk-growth-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data", settings=settings) as postgres:
            create(postgres, "desk")
            with desk(postgres, data, tickets=FIRST) as plain:
                ours = with_staff(plain, staff_token(postgres, data))
                grow(Bench(postgres.pid or 0), postgres.dsn("desk"), ours, sizes, given.seconds)


def with_staff(server: Server, token: str) -> Server:
    who = [f"Bearer {token}"]
    read = server.requests["read"]
    more = {
        "queue": replace(read, paths=["/v1/queue?limit=20"], callers=who),
        "search": replace(read, paths=[SEARCH]),
        "of all": replace(read, paths=[SEARCH], callers=who),
    }
    return replace(server, requests={**server.requests, **more})


def grow(bench: Bench, dsn: str, server: Server, sizes: list[int], seconds: float) -> None:
    first: dict[str, float] = {}
    there, grown = FIRST, []
    for size in sizes:
        began = time.monotonic()
        in_database(dsn, partial(end_open, like=SUBJECT, but=SEEDED))
        if size > there:
            in_database(dsn, partial(add_history, first=there, last=size, like=SUBJECT))
        there = size
        print(f"\n{size} tickets ({time.monotonic() - began:.0f} s to make what was missing)\n{HEADING}")
        for name in ASKED:
            for _ in range(2):  # the first warms up
                sample = bench.measure(server.pid, server.port, server.requests[name], seconds=seconds, connections=4)
            times = sample.p50 / first.setdefault(name, sample.p50)
            print(f"{line(name, [sample])}   {times:.2f} x the first", flush=True)
            if name in KEPT_FLAT and times > MOST:
                grown.append(f"{name} {times:.2f} at {size}")
    print(f"\nmore than {MOST} x: {'; '.join(grown) or 'nothing'}")


if __name__ == "__main__":
    main()
