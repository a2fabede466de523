"""Where the time of opening a ticket goes, as a flame graph. `make flame` (needs py-spy and wrk).

Arguments: the file to write, and the request (`open`).
"""

import re
import shutil
import subprocess
import sys
import tempfile
from html import escape, unescape
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.load import Bench
from tests.benchmarks.servers import create, desk

_SECONDS = 20
_PORT = 8396
_FRAME = re.compile(
    r'<title>([^<]*)</title><rect x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="15" fill="(rgb\([\d,]+\))"'
)
_FOLDERS = re.compile(r"\(/[^ )]*/(?=app/|site-packages/|[^/ )]+:\d)")
_WIDTH, _MARGIN, _LETTER = 1180.0, 10.0, 7.2
"""In pixels: of what all samples took, around it, of a letter."""


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
    file.write_text(drawing(f"The desk's process: {name}", file.read_text("utf-8")), "utf-8")


def drawing(title: str, recorded: str) -> str:
    """What py-spy drew, as a picture alone: its script stays behind, and so do the folders of this machine."""
    frames = [
        (unescape(_FOLDERS.sub("(", said)), _MARGIN + float(x) * _WIDTH / 100, int(y), float(w) * _WIDTH / 100, fill)
        for said, x, y, w, fill in _FRAME.findall(recorded)
    ]
    height = max(y for _, _, y, _, _ in frames) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 2 * _MARGIN:.0f} {height}" '
        'font-family="monospace" font-size="12">',
        '<rect width="100%" height="100%" fill="#f8f8f8"/>',
        f'<text x="{_MARGIN}" y="24" font-size="17">{escape(title)}</text>',
    ]
    for said, x, y, width, fill in frames:
        label = said.partition(" (")[0][: int(width / _LETTER)]
        text = f'<text x="{x + 3:.1f}" y="{y + 11}">{escape(label)}</text>' if len(label) > 2 else ""
        box = f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="15" fill="{fill}"/>'
        parts.append(f"<g><title>{escape(said)}</title>{box}{text}</g>")
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
