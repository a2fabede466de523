"""Where the time of opening a ticket goes, as a flame graph. `make flame` (needs py-spy and wrk).

Arguments: the file to write, and the request (`open`).
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.load import Bench
from tests.benchmarks.servers import create, desk

_SECONDS = 20
_PORT = 8396
_TITLE = re.compile(r'(<text id="title"[^>]*>)[^<]*')
_FOLDERS = re.compile(r"\(/[^ )]*/(?=app/|site-packages/|[^/ )]+:\d)")


def main() -> None:
    file, name = Path(sys.argv[1]), (sys.argv[2:] or ["open"])[0]
    spy = shutil.which("py-spy")
    if spy is None:
        sys.exit("The stacks come from py-spy, which is not here: `pip install py-spy`, then once more.")
    with tempfile.TemporaryDirectory(prefix="clausedesk-flame-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data") as postgres:
            create(postgres, "desk")
            with desk(postgres, data, port=_PORT) as server:
                bench, asked = Bench(postgres.pid or 0), server.requests[name]
                bench.measure(server.pid, server.port, asked, seconds=3, may_refuse=True)
                command = [
                    *(spy, "record", "--pid", str(server.pid), "--duration", str(_SECONDS), "--rate", "250"),
                    *("--gil", "--function", "--format", "flamegraph", "--output", str(file)),
                ]
                with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as watching:
                    bench.measure(server.pid, server.port, asked, seconds=_SECONDS + 3, may_refuse=True)
                    if watching.wait():
                        sys.exit(f"py-spy ended with {watching.returncode}")
    drawn = _TITLE.sub(rf"\g<1>The desk's process: {name}", file.read_text("utf-8"))
    # Folders of this machine are nobody's business.
    file.write_text(_FOLDERS.sub("(", drawn) + "\n", "utf-8")


if __name__ == "__main__":
    main()
