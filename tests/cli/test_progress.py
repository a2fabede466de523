"""What is for terminals alone: bars and colours."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import TextIO
from zoneinfo import ZoneInfo

import pytest

from app.cli.progress import progress
from app.cli.report import _promises, _show
from tests.cli.test_report import KEPT, SLA

_GREEN = "\x1b[32"
Shown = Callable[[], str]
AT = datetime(2026, 2, 1, tzinfo=UTC)
REPORT = {**SLA, "since": AT, "until": AT, "data": [{**KEPT, "period_start": AT}]}


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, Shown]]:
    """One to write to, and what its user sees."""
    user, program = os.openpty()
    with os.fdopen(program, "w", encoding="utf-8") as stream:

        def shown() -> str:
            stream.flush()
            seen = b""
            while select.select([user], [], [], 0.2)[0]:  # it comes in pieces
                seen += os.read(user, 65_536)
            return seen.decode()

        yield stream, shown
    os.close(user)


def work(stream: TextIO) -> None:
    with progress("contacts.csv", stream) as watching:
        for done in range(4):
            watching(done, 3)


def test_long_work_shows_on_a_terminal_how_far_it_is(terminal: tuple[TextIO, Shown]) -> None:
    stream, shown = terminal
    work(stream)
    seen = shown()
    assert "contacts.csv" in seen
    assert "3/3" in seen


def test_long_work_says_nothing_into_a_file() -> None:
    file = StringIO()
    work(file)
    assert file.getvalue() == ""


@pytest.mark.parametrize(("no_colour", "colours"), [("", True), ("1", False)])
def test_a_table_has_colours_on_a_terminal_unless_they_are_not_wanted(
    no_colour: str, colours: bool, terminal: tuple[TextIO, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, shown = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys, "stdout", stream)
    _show([(REPORT, ZoneInfo("UTC"))], _promises, "promises", None, as_json=False)
    seen = shown()
    assert "first_response" in seen
    assert (_GREEN in seen) is colours


def test_a_table_has_no_colours_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = StringIO()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stdout", file)
    _show([(REPORT, ZoneInfo("UTC"))], _promises, "promises", None, as_json=False)
    assert "first_response" in file.getvalue()
    assert "1 d 2 h" in file.getvalue(), "nothing is cut off"
    assert "\x1b" not in file.getvalue()
