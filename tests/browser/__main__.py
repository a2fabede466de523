"""`make browser`: the pages that we serve, in a real Chromium. It fails where nothing was looked at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WALKS = sorted(str(path) for path in Path(__file__).parent.glob("walk_*.py"))


class Count:
    """How many walks there were."""

    def __init__(self) -> None:
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed


def main() -> int:
    if shutil.which("chromium") is None:
        # Debian's own: what Playwright would download is not always to be had.
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in ("update -qq", "install -y -qq --no-install-recommends chromium"):
            subprocess.run(["apt-get", *words.split()], check=True, env=quiet, stdout=subprocess.DEVNULL)
    count = Count()
    failed = pytest.main(["-q", "-n", "0", *WALKS], plugins=[count])
    print(f"{len(WALKS)} files, {count.passed} walks")
    return int(failed) or int(count.passed == 0)


if __name__ == "__main__":
    sys.exit(main())
