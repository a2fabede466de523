"""`make api`: the API as a stranger meets it. Each step says how much it looked at, and fails at none."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.contract import clients, document, pages
from tests.contract.desk import demonstration
from tests.contract.programs import ROOT


def main() -> int:
    with TemporaryDirectory(prefix="clausedesk-api-") as folder, demonstration(Path(folder)) as desk:
        step("the document is the present one", "operations", document.drift)
        step("its examples are what is answered", "operations", document.recorded_anew)
        step("Spectral finds nothing", "operations", document.sound)
        step("what is sent has bounds", "values", document.bounded)
        step("nothing breaks what was released", "operations", document.unbroken)
        step("a TypeScript client", "operations", clients.typescript)
        step("its story, and the webhook's", "signed events", lambda: clients.typescript_story(desk))
        for page in pages.PAGES:
            step(f"docs/start/{page.name}", "commands", partial(pages.played, page, desk))
        with clients.python_client() as (made, operations):
            step("a Python client", "operations", lambda: operations)
            step("its story", "lines", lambda: clients.python_story(made, desk))
        step("the conventions", "proofs", conventions)
    if (ROOT / "tests" / "browser").is_dir():
        step("the pages in a browser", "run", browser)
    return 0


def step(name: str, unit: str, examine: Callable[[], int]) -> None:
    began = time.monotonic()
    try:
        examined = examine()
    except AssertionError as failure:
        sys.exit(f"{name}: FAILED\n{failure}")
    if not examined:
        sys.exit(f"{name}: FAILED\nNothing was examined.")
    print(f"{name}: {examined} {unit}, {time.monotonic() - began:.0f} s", flush=True)


class _Proofs:
    def __init__(self) -> None:
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed


def conventions() -> int:
    """Every convention, walked over every operation."""
    proofs = _Proofs()
    # What the steps before have imported is rewritten no more, and need not be.
    quiet = ("-q", "-n", "0", "--no-header", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    failed = pytest.main([*quiet, "tests/api/test_conventions.py"], plugins=[proofs])
    assert not failed
    return proofs.passed


def browser() -> int:
    done = subprocess.run([sys.executable, "-m", "tests.browser"], check=False, cwd=ROOT)
    assert done.returncode == 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
