"""The document: the present one, sound by the rules in `openapi/.spectral.yaml`, and no break of the released one."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from app.api.examples import EXAMPLES
from app.base.settings import Settings
from app.main import create_app
from tests.contract.bounds import slots_of
from tests.contract.breaking import breaks, operations_of, owned_up
from tests.contract.programs import ROOT, installed, run

OPENAPI = ROOT / "openapi"
_SPECTRAL = ("npx", "--no-install", "spectral", "lint", "--fail-severity=hint", "-q", "-f", "json")
_RULES = ("--ruleset", ".spectral.yaml")


def drift() -> int:
    """The committed document is what the service says of itself."""
    present = create_app(Settings()).openapi()
    assert json.loads((OPENAPI / "openapi.json").read_text("utf-8")) == present, "run `make schema`"
    return len(operations_of(present))


def recorded_anew() -> int:
    """Asked again, every operation answers what its example says."""
    # In a process of its own: it makes names up that are the same each time.
    run(sys.executable, "-W", "ignore", "-m", "tests.contract.recording", "--check", cwd=ROOT)
    return len(json.loads(EXAMPLES.read_text("utf-8")))


def sound() -> int:
    """Spectral finds nothing, and finds what was planted."""
    installed(OPENAPI)
    document = json.loads((OPENAPI / "openapi.json").read_text("utf-8"))
    findings = _findings(OPENAPI / "openapi.json")
    assert not findings, "\n".join(findings)
    planted = json.loads(json.dumps(document))
    for operation in operations_of(planted).values():
        operation["tags"] = ["nonsense"]  # type: ignore[index]  # a Mapping to those who only read
    with tempfile.TemporaryDirectory(prefix="clausedesk-api-") as folder:
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(planted), "utf-8")
        found = [finding for finding in _findings(file) if "operation-tag-defined" in finding]
    assert len(found) == len(operations_of(planted)), "Spectral passes over what was planted"
    return len(operations_of(document))


def unbroken() -> int:
    """Whoever calls by the released document can still do so, but for what the change log owns up to."""
    released = json.loads((OPENAPI / "released.json").read_text("utf-8"))
    present = json.loads((OPENAPI / "openapi.json").read_text("utf-8"))
    owned = owned_up((ROOT / "CHANGELOG.md").read_text("utf-8"))
    found = [str(one) for one in breaks(released, present) if not {one.operation, one.schema} & owned]
    assert not found, "\n".join([*found, "Name the operation or schema in CHANGELOG.md under `### Breaking changes`."])
    return len(operations_of(released))


def bounded() -> int:
    """Every value that callers send has an end, as far as it is not said why it has none."""
    present = json.loads((OPENAPI / "openapi.json").read_text("utf-8"))
    slots = list(slots_of(present))
    endless = [f"{slot.name} lacks {slot.boundless}" for slot in slots if slot.boundless and not slot.exempt]
    assert not endless, "\n".join(endless)
    return len(slots)


def _findings(file: Path) -> list[str]:
    said = subprocess.run(
        [*_SPECTRAL, *_RULES, file],
        check=False,
        cwd=OPENAPI,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert said.returncode in (0, 1), said.stderr
    return [f"{one['code']} at {'/'.join(map(str, one['path']))}: {one['message']}" for one in json.loads(said.stdout)]
