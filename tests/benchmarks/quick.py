"""The desk against the floor in two minutes: open, read, list, reply, classify, quote. `make bench-quick`.

Names as arguments: these alone.
"""

import os
import sys
import tempfile
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.comparing import HEADING, in_turns, line, ratio
from tests.benchmarks.load import Bench
from tests.benchmarks.servers import create, desk, floor

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data") as postgres:
            create(postgres, "floor", "desk")
            with floor(postgres) as below, desk(postgres, data) as ours:
                bench = Bench(postgres.pid or 0)
                for name in sys.argv[1:] or ours.requests:
                    first, second = in_turns(bench, (below, ours), name, rounds=ROUNDS, seconds=SECONDS)
                    found = ratio(first, second)
                    print(f"\n{name}: {found.cpu:.2f} x the floor by CPU, {found.rate:.2f} x by answers\n{HEADING}")
                    print(line("floor", first), line("desk", second), sep="\n", flush=True)


if __name__ == "__main__":
    main()
