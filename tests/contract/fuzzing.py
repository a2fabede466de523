"""`make attack`: what the checks of Schemathesis find in a running desk, asked by administrators of two providers."""

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.desk import Demonstration, demonstration
from tests.contract.programs import ROOT, run

_CONFIG = Path(__file__).with_name("schemathesis.toml")
_ST = Path(sys.executable).with_name("schemathesis")


def attacked(desk: Demonstration) -> int:
    """How many requests there were."""
    examples, seconds = os.environ.get("EXAMPLES", "1"), os.environ.get("SECONDS", "120")
    seeds = os.environ.get("SEEDS", "1").split()
    return sum(_attack(desk, examples, seconds, seed) for seed in seeds)


def _attack(desk: Demonstration, examples: str, seconds: str, seed: str) -> int:
    with TemporaryDirectory(prefix="clausedesk-api-") as name:
        folder = Path(name)
        peers = [
            {"name": one, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {desk.token(one, *_ADMIN)}"}]}
            for one in ("plutus", "mexxus")
        ]
        (folder / "callers.json").write_text(json.dumps({"auth": peers}), "utf-8")
        (folder / "schemathesis.toml").write_text(_CONFIG.read_text("utf-8"), "utf-8")
        report = folder / "report.json"
        run(
            *(_ST, "run", ROOT / "openapi" / "openapi.json", "--url", desk.url, "-n", examples, "--seed", seed),
            *("--max-time", seconds, "--continue-on-failure", "--report-json-path", report),
            cwd=folder,
            seconds=float(seconds) + 600,
        )
        told = json.loads(report.read_text("utf-8"))
        assert told["operations"]["tested"] == told["operations"]["selected"] > 100
        return int(told["test_cases"]["generated"])


_ADMIN = ("--role", "admin")


if __name__ == "__main__":
    with TemporaryDirectory(prefix="clausedesk-attack-") as place, demonstration(Path(place)) as attacked_desk:
        print(f"{attacked(attacked_desk)} requests")
