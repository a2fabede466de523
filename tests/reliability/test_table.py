"""The table: whatever was not proved shows as a fault."""

import json
from pathlib import Path

import pytest

from tests.reliability.__main__ import PAGE, Proof
from tests.reliability.parts import PARTS, Command, Part
from tests.reliability.report import REPORT, caught, examined
from tests.reliability.table import Row, markdown, read


def lines(*told: dict[str, str | int]) -> list[str]:
    return [json.dumps(one) for one in told]


SOUND = lines({"part": "locks", "examined": 3, "failed": 0}, {"part": "locks", "control": "an open door", "caught": 1})


def test_what_was_reported_is_what_the_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REPORT, str(tmp_path / "told"))
    examined("locks", 3)
    examined("locks", 4, failed=1)
    caught("locks", "an open door", 2)
    row = Row("locks", "locks", seconds=4.2)
    assert read([row], (tmp_path / "told").read_text("utf-8").splitlines()) == []
    assert markdown([row]).splitlines()[2].replace(" ", "") == "|locks|7locks|1|anopendoor(2)|4|"


def test_nothing_is_written_where_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REPORT, raising=False)
    monkeypatch.chdir(tmp_path)
    examined("locks", 3)
    assert list(tmp_path.iterdir()) == []


def test_a_part_with_its_control_is_without_fault() -> None:
    row = Row("locks", "locks")
    read([row], SOUND)
    assert row.faults == []


def test_a_part_that_takes_too_long_is_ended_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = Command(("sleep", "60"))
    row = Proof(7, tmp_path).run(Part("locks", "locks", command, None, seconds=0), command)
    assert "it did not end well" in row.faults
    assert "not done after 0 s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "ended", "fault"),
    [
        ([], True, "nothing was examined"),
        (SOUND, False, "it did not end well"),
        (SOUND[:1], True, "no control was caught"),
        (lines({"part": "locks", "examined": 0, "failed": 0}) + SOUND[1:], True, "nothing was examined"),
        (SOUND + lines({"part": "locks", "examined": 1, "failed": 1}), True, "1 failed"),
        (SOUND + lines({"part": "locks", "control": "no door", "caught": 0}), True, "not caught: no door"),
    ],
)
def test_what_proves_nothing_is_a_fault(told: list[str], ended: bool, fault: str) -> None:
    row = Row("locks", "locks", ended=ended)
    read([row], told)
    assert fault in row.faults


def test_a_part_that_is_not_in_the_table_is_named() -> None:
    assert read([Row("doors", "doors")], SOUND) == ["locks", "locks"]


def test_every_part_has_a_name_of_its_own() -> None:
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_the_page_says_what_each_part_is_for() -> None:
    _, _, threats = PAGE.read_text("utf-8").partition("## What could go wrong")
    assert [part.name for part in PARTS if part.name not in threats] == []
    assert threats.count("\n| **") == 32
