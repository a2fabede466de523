"""How commands end: each exit code is provoked, and is what help and docs/cli.md say it is."""

import os
import re
import signal
import sys
import threading
from pathlib import Path

import pytest

from app.cli.commands import COMMANDS, GROUPS
from app.cli.exits import MEANINGS, ExitCode
from app.cli.main import run

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def ended(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """In this process, since starting one costs a second."""
    monkeypatch.setattr(sys, "argv", ["clausedesk", *words])
    with pytest.raises(SystemExit) as end:
        run()
    code = end.value.code
    return code if isinstance(code, int) else int(code is not None)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ExitCode.DONE, "--version"),
        (ExitCode.NO, "policy lint {unsound}"),
        (ExitCode.NO, "policy test {unsound}"),
        (ExitCode.MISUSED, "policy lint --colour red"),
        (ExitCode.MISUSED, "polish"),
        (ExitCode.MISUSED, "import {unsound}"),
        (ExitCode.CANNOT, "policy render nowhere"),
        (ExitCode.CANNOT, "audit verify"),
        (ExitCode.CANNOT, "token --provider plutus --role staff"),
        (ExitCode.CANNOT, "client list --provider plutus"),
        (ExitCode.CANNOT, "migrate"),
        (ExitCode.LATER, "inbound --provider plutus"),
    ],
)
def test_a_command_ends_with_the_code_for_what_happened(
    code: ExitCode, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    unsound = tmp_path / "unsound.yaml"
    unsound.write_text("provider: 7\n")
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    with unsound.open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        assert ended(monkeypatch, *words.format(unsound=unsound).split()) == code
    said = capfd.readouterr()
    assert "Traceback" not in said.err
    if code in (ExitCode.CANNOT, ExitCode.LATER):
        assert said.out == ""
        assert said.err.count("\n") == 1, "one sentence"


def test_an_interrupted_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for a mail that does not come."""
    ours, theirs = os.pipe()
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    main = threading.get_ident()
    stop = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
    with os.fdopen(ours) as piped, os.fdopen(theirs, "w"):
        monkeypatch.setattr(sys, "stdin", piped)
        stop.start()
        assert ended(monkeypatch, "inbound", "--provider", "plutus") == ExitCode.INTERRUPTED
    stop.join()


def test_the_documentation_lists_every_code_and_every_command() -> None:
    table = {int(code): means for code, means in re.findall(r"^\| (\d+) \| ([^|]+) \|$", PAGE, re.MULTILINE)}
    assert table.keys() == set(ExitCode)
    for code, means in MEANINGS.items():
        assert table[code].startswith(means.split(":")[0])
    commands = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    told = {word for cell in commands for word in re.findall(r"[a-z]+", cell)}
    assert told == {*COMMANDS, *GROUPS, *(name for _, members in GROUPS.values() for name in members)}
