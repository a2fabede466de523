"""`make reliability`: every part of the proof, and one table of what was found.

python -m tests.reliability [--quick] [--seed 8] [--record] [PART …]
Exits with 1 when something failed, a control was not caught, or a part examined nothing.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.reliability.parts import PARTS, Command, Part
from tests.reliability.report import REPORT
from tests.reliability.table import Row, markdown, read

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_RECORDED = re.compile(r"(<!-- the last run -->\n).*(<!-- so far -->)", re.DOTALL)
_TOLD_OF_A_FAILURE = 6_000
"""Letters."""


class Proof:
    """One run of the parts by one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed, self._folder = seed, folder

    def run(self, part: Part, command: Command) -> Row:
        row, began = Row(part.name, part.unit), time.monotonic()
        place = self._folder / part.name
        reported, said = place.with_suffix(".report"), place.with_suffix(".txt")
        reported.touch()
        row.ended = self._ended_well(command, part.seconds, reported, said)
        row.seconds = time.monotonic() - began
        strangers = read([row], reported.read_text("utf-8").splitlines())
        assert not strangers, f"{part.name} reports as {strangers}"
        if row.faults:
            print(said.read_text("utf-8", errors="replace")[-_TOLD_OF_A_FAILURE:], flush=True)
        print(f"{part.name}: {', '.join(row.faults) or 'well'}, {row.seconds:.0f} s", flush=True)
        return row

    def _ended_well(self, command: Command, seconds: int, reported: Path, said: Path) -> bool:
        around = {**os.environ, "CLAUSEDESK_TEST_SEED": str(self._seed), REPORT: str(reported), **command.environment}
        words = [word.format(seed=self._seed) for word in command.words]
        with said.open("wb") as out:
            process = subprocess.Popen(words, env=around, stdout=out, stderr=out, start_new_session=True)
            try:
                return process.wait(seconds) == 0
            except subprocess.TimeoutExpired:
                out.write(f"\nnot done after {seconds} s: on a busy machine run this part again alone\n".encode())
                return False
            finally:
                with suppress(ProcessLookupError):  # also what it has left behind
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def prove(parts: Sequence[tuple[Part, Command]], seed: int) -> list[Row]:
    """Those that bear no company one after the other, then the rest, two at a time."""
    with tempfile.TemporaryDirectory(prefix="clausedesk-reliability-") as name:
        proof, rows = Proof(seed, Path(name)), {}
        for part, command in parts:
            if part.alone:
                rows[part.name] = proof.run(part, command)
        with ThreadPoolExecutor(2) as lanes:
            beside = {part.name: lanes.submit(proof.run, part, command) for part, command in parts if not part.alone}
        rows |= {name: found.result() for name, found in beside.items()}
        return [rows[part.name] for part, _ in parts]


def record(told: str) -> None:
    page, times = _RECORDED.subn(lambda found: f"{found[1]}\n{told}\n\n{found[2]}", PAGE.read_text("utf-8"))
    assert times == 1, f"{PAGE} has no place for it"
    PAGE.write_text(page, "utf-8")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.reliability")
    asked.add_argument("--quick", action="store_true", help="as every change is looked at")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    asked.add_argument("--record", action="store_true", help="write the table into docs/reliability.md")
    asked.add_argument("parts", nargs="*", metavar="PART", help=", ".join(part.name for part in PARTS))
    words = asked.parse_args()
    if unknown := set(words.parts) - {part.name for part in PARTS}:
        asked.error(f"there is no {', '.join(sorted(unknown))}")
    chosen = [part for part in PARTS if not words.parts or part.name in words.parts]
    commands = [(part, part.quick if words.quick else part.full) for part in chosen]
    began = time.monotonic()
    rows = prove([(part, command) for part, command in commands if command], words.seed)
    took = time.monotonic() - began
    told = f"Seed {words.seed}, {int(took // 60)} min {int(took % 60)} s in all.\n\n{markdown(rows)}"
    print(f"\n{told}")
    if words.record:
        record(told)
    sys.exit(0 if rows and not any(row.faults for row in rows) else 1)


if __name__ == "__main__":
    main()
