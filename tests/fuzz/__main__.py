"""`make fuzz`: whatever reads bytes from strangers, fed by atheris with what leads it further.

python -m tests.fuzz [--seconds 60] [--seed 8] [TARGET …]
A find is kept in tests/fuzz/corpus/, where `make test` reads it again ever after.
"""

import argparse
import importlib.util
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import CARELESS, TARGETS, Target
from tests.reliability.report import caught, examined

CORPUS = Path(__file__).with_name("corpus")
_RUNS = re.compile(r"stat::number_of_executed_units: *(\d+)")
_STARTS_WITHIN = 120
_LONGEST_READ = 5
"""Seconds for one input: more is a find."""
_ENOUGH_FOR_CONTROL = 20


@dataclass(frozen=True)
class Fed:
    """What came of feeding one target."""

    runs: int
    find: str
    """The end of what was said of it; empty: there was none."""


def fed(name: str, target: Target, seconds: int, seed: int, keep: Path) -> Fed:
    with tempfile.TemporaryDirectory(prefix="clausedesk-fuzz-") as place:
        new, seeds = Path(place) / "new", Path(place) / "seeds"
        for folder in (new, seeds, keep):
            folder.mkdir(parents=True, exist_ok=True)
        for n, content in enumerate(target.seeds()):
            (seeds / f"{n}").write_bytes(content)
        words = Path(place) / "words"
        words.write_text("".join(map(_quoted, target.words)))
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.one", name, f"-max_total_time={seconds}", f"-seed={seed}"),
                *(f"-timeout={_LONGEST_READ}", "-rss_limit_mb=1024", f"-artifact_prefix={keep}/"),
                *([f"-dict={words}"] if target.words else []),
                *("-print_final_stats=1", "-verbosity=0", new, seeds, keep),
            ],
            check=False,
            capture_output=True,
            timeout=seconds + _STARTS_WITHIN,
        )
    told = done.stderr.decode(errors="replace")
    runs = _RUNS.search(told)
    return Fed(int(runs[1]) if runs else 0, told[-3_000:] if done.returncode else "")


def _quoted(word: str) -> str:
    """As libFuzzer's dictionaries want it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"\n'


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=int, default=60, help="for each target")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    words = asked.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris has no wheel for this machine: run it on Linux on x86-64.")
    finds = 0
    for name in words.targets or TARGETS:
        found = fed(name, TARGETS[name], words.seconds, words.seed, CORPUS / name)
        print(f"{name}: {found.runs} runs in {words.seconds} s{', A FIND' if found.find else ''}", flush=True)
        print(found.find, end="", flush=True)
        examined("fuzz", found.runs, failed=bool(found.find))
        finds += bool(found.find) or not found.runs
    with tempfile.TemporaryDirectory(prefix="clausedesk-fuzz-") as place:
        control = fed("careless", CARELESS, _ENOUGH_FOR_CONTROL, words.seed, Path(place))
    print(f"control: a careless reader is {'found out' if control.find else 'NOT FOUND OUT'}", flush=True)
    caught("fuzz", "a reader that trusts its sender", bool(control.find))
    sys.exit(0 if not finds and control.find else 1)


if __name__ == "__main__":
    main()
