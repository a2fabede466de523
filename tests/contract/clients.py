"""Programs made from the document: type-checked, and telling their story to a running desk."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.breaking import operations_of
from tests.contract.desk import Demonstration
from tests.contract.programs import ROOT, installed, run

EXAMPLES = ROOT / "docs" / "examples"
TYPESCRIPT = EXAMPLES / "typescript"
_TOOLS = ROOT / ".venv" / "clients" / "bin"


def typescript() -> int:
    """How many operations of the document the types know; strict `tsc` finds nothing."""
    installed(TYPESCRIPT)
    run("npm", "run", "--silent", "client", cwd=TYPESCRIPT)
    run("npm", "run", "--silent", "build", cwd=TYPESCRIPT)
    types = (TYPESCRIPT / "src" / "openapi.d.ts").read_text("utf-8")
    known = [name for name in _operations() if f'operations["{name}"]' in types]
    assert len(known) == len(_operations())
    return len(known)


def typescript_story(desk: Demonstration) -> int:
    """How many signed events its webhook received."""
    said = run("npm", "run", "--silent", "story", cwd=TYPESCRIPT, more=desk.environment())
    line = next(line for line in said.splitlines() if line.startswith("webhook"))
    assert "ticket.resolved" in line, said
    return int(line.split()[1])


@contextmanager
def python_client() -> Iterator[tuple[Path, int]]:
    """The folder of a package made from the document, and how many operations it knows; mypy finds nothing in it."""
    with TemporaryDirectory(prefix="clausedesk-client-") as name:
        folder = Path(name)
        tool = (_TOOLS / "openapi-python-client", "generate", "--fail-on-warning", "--output-path", folder / "made")
        document = ("--path", ROOT / "openapi" / "openapi.json", "--config", EXAMPLES / "python" / "generator.yaml")
        run(*tool, *document, cwd=folder, more={"PATH": f"{_TOOLS}:/usr/bin:/bin"})
        shutil.copy(EXAMPLES / "python" / "story.py", folder / "made")
        made = {path.stem for path in (folder / "made" / "clausedesk_client" / "api").glob("*/*.py")}
        assert made >= set(_operations()), set(_operations()) - made
        run(_TOOLS / "mypy", "--strict", "-p", "clausedesk_client", "-m", "story", cwd=folder / "made")
        yield folder / "made", len(_operations())


def python_story(folder: Path, desk: Demonstration) -> int:
    """How many steps were told."""
    said = run(_TOOLS / "python", "story.py", cwd=folder, more=desk.environment())
    assert "resolved" in said.splitlines()[-1], said
    return len(said.splitlines())


def _operations() -> list[str]:
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text("utf-8"))
    return [operation["operationId"] for operation in operations_of(document).values()]
