"""`make attack`: what Schemathesis finds in a running desk, with all its checks, as users of two providers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2

from tests.contract.breaking import operations_of
from tests.contract.desk import Demonstration, demonstration
from tests.contract.planted import PLANTED, FaultyService
from tests.contract.programs import ROOT

_HERE: Final = Path(__file__).parent
_ST: Final = Path(sys.executable).with_name("schemathesis")
_DOCUMENT: Final = ROOT / "openapi" / "openapi.json"
_SECONDS: Final = 3600
_USERS: Final[Mapping[str, tuple[str, ...]]] = {
    "plutus": ("plutus", "--role", "admin"),
    "contact": ("plutus", "--role", "primary_contact", "--account", "acmeco"),
    "billing": ("plutus", "--role", "service", "--scope", "payments"),
    "gateway": ("plutus", "--role", "service", "--scope", "inbound"),
    "mexxus": ("mexxus", "--role", "admin"),
}
"""In the order in which an operation that refuses one is tried by the next; the first and the last must see nothing of
each other's."""


@dataclass(frozen=True)
class Attack:
    """What one run of Schemathesis is told: an operation is attacked by itself, or all of them one after another."""

    phases: str
    operations: Sequence[str]
    examples: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    attack: Attack
    requests: int
    findings: str
    told: Mapping[str, Any]


def main() -> int:
    examples = int(os.environ.get("EXAMPLES") or 50)
    seeds = [int(seed) for seed in (os.environ.get("SEEDS") or "1").split()]
    began = time.monotonic()
    print(f"what was planted is found: {controlled()} faults, {time.monotonic() - began:.0f} s", flush=True)
    for seed in seeds:
        began = time.monotonic()
        with TemporaryDirectory(prefix="clausedesk-attack-") as name, demonstration(Path(name)) as desk:
            requests, operations = attacked(desk, Path(name), examples, seed)
        words = f"{operations} operations, {examples} examples of each, seed {seed}"
        print(f"nothing is found: {words}: {requests} requests, {time.monotonic() - began:.0f} s", flush=True)
    return 0


def attacked(desk: Demonstration, folder: Path, examples: int, seed: int) -> tuple[int, int]:
    """How many requests there were, and to how many operations; fails where anything was found."""
    users = {name: desk.token(*words) for name, words in _USERS.items()}
    document = json.loads(_DOCUMENT.read_text("utf-8"))
    every = [operation["operationId"] for operation in operations_of(document).values()]
    attacks = [
        # One process for each processor; what leads from operation to operation needs all of them.
        *(Attack("examples,coverage,fuzzing", every[half::2], examples, seed) for half in range(2)),
        Attack("stateful", every, examples, seed),
    ]
    with ThreadPoolExecutor(len(attacks)) as threads:
        outcomes = list(threads.map(lambda attack: _run(_DOCUMENT, desk.url, users, attack, folder), attacks))
    found = [outcome.findings for outcome in outcomes if outcome.findings]
    assert not found, "\n".join(found)
    _looked_everywhere(outcomes[:2], every)
    for name, token in users.items():
        answer = httpx2.get(f"{desk.url}/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, f"{name} lost their rights on the way: what came after was no attack"
    return sum(outcome.requests for outcome in outcomes), len(every)


def controlled() -> int:
    """How many faults of a service that has them all are found by the same checks; fails where one is not."""
    with TemporaryDirectory(prefix="clausedesk-attack-") as name, FaultyService() as service:
        folder = Path(name)
        document = folder / "openapi.json"
        document.write_text(json.dumps(service.document), "utf-8")
        every = [operation["operationId"] for operation in operations_of(service.document).values()]
        attack = Attack("examples,coverage,fuzzing,stateful", every, 20, 1)
        outcome = _run(document, service.url, service.users, attack, folder)
    found = {failure["type"] for failure in outcome.told["failures"]}
    assert found >= PLANTED, f"{sorted(PLANTED - found)} were planted and not found:\n{outcome.findings}"
    return len(PLANTED)


def _looked_everywhere(outcomes: Sequence[Outcome], every: Sequence[str]) -> None:
    tested = sum(outcome.told["operations"]["tested"] for outcome in outcomes)
    assert tested == len(every) > 100, f"{tested} of {len(every)} operations were examined"
    for outcome in outcomes:
        least = len(outcome.attack.operations) * min(outcome.attack.examples, 10)
        assert outcome.requests > least, f"{outcome.requests} requests are too few to have been an attack"


def _run(document: Path, url: str, users: Mapping[str, str], attack: Attack, folder: Path) -> Outcome:
    with TemporaryDirectory(prefix="run-", dir=folder) as name:
        place = Path(name)
        (place / "callers.json").write_text(json.dumps({"auth": list(_identities(users))}), "utf-8")
        (place / "schemathesis.toml").write_text((_HERE / "schemathesis.toml").read_text("utf-8"), "utf-8")
        report = place / "report.json"
        words = (_ST, "run", document, "--url", url, "--phases", attack.phases, "-n", str(attack.examples))
        more = ("--seed", str(attack.seed), "--include-operation-id-regex", f"^({'|'.join(attack.operations)})$")
        done = subprocess.run(
            [*words, *more, "--continue-on-failure", "--report-json-path", report],
            check=False,
            cwd=place,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "SCHEMATHESIS_HOOKS": str(_HERE / "attacking.py")},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        assert report.exists(), f"{done.stdout}\n{done.stderr}"
        told = json.loads(report.read_text("utf-8"))
        assert told["complete"], f"it stopped: {told['stop_reason']}"
        findings = "" if done.returncode == 0 else _shortened(done.stdout)
        return Outcome(attack, int(told["test_cases"]["generated"]), findings, told)


def _identities(users: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, token in users.items():
        yield {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}


def _shortened(said: str) -> str:
    """Without its advice, and with bodies that can be read."""
    found = said.partition("= WARNINGS =")[0] or said
    return "\n".join(line[:2000] for line in found.splitlines())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as failure:
        sys.exit(str(failure))
