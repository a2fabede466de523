"""`clausedesk report`: the tables and charts that are made of a report."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from app.base.errors import CannotStart
from app.cli.report import _draw, _money, _promises, duration

AT = datetime(2026, 2, 1, tzinfo=UTC)
ABOUT: dict[str, Any] = {"provider": "harbour", "since": AT, "until": AT, "period": "month", "counted_at": AT}
KEPT: dict[str, Any] = {
    **{"period_start": AT, "metric": "first_response", "priority": "high", "department": None, "level": None},
    **{"attainment": 0.75, "met": 3, "breached": 1, "excused": 0, "going": 2, "median_seconds": 5400},
    "p90_seconds": 93_600,
}
PAID: dict[str, Any] = {
    **{"period_start": AT, "rule": "hourly", "department": "support", "currency": "ZAR", "quoted": "200.00"},
    **{"consented": "100.00", "waived": "0.00", "settled": "0.00", "paid": "80.00", "refunded": "0.00"},
}
SLA, FEES = {**ABOUT, "data": [KEPT]}, {**ABOUT, "data": [PAID]}


def text_of(table: Table) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def test_promises_are_shown_with_a_bar_and_times_as_one_says_them() -> None:
    shown = text_of(_promises(SLA))
    for words in ("harbour", "first_response", "high", "75.0%", "1 h 30 min", "1 d 2 h", "█"):
        assert words in shown
    assert "department" not in shown
    assert "nothing was promised" in text_of(_promises({**ABOUT, "data": []}))


def test_money_is_shown_with_what_was_agreed_to() -> None:
    shown = text_of(_money(FEES))
    assert shown.count("█") == 10  # half of what was put
    assert "200.00" in shown
    assert "no price was put" in text_of(_money({**ABOUT, "data": []}))


@pytest.mark.parametrize(("what", "report"), [("promises", SLA), ("money", FEES)])
def test_a_chart_is_drawn_into_a_file(what: str, report: dict[str, Any], tmp_path: Path) -> None:
    _draw([report], what, tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text()
    assert drawn.startswith("<?xml")
    assert drawn.count("<path") > 10


def test_only_pictures_are_drawn(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"\.png or \.svg"):
        _draw([SLA], "promises", tmp_path / "chart.pdf")


def test_times_are_told_in_two_units_at_most() -> None:
    assert [duration(seconds) for seconds in (None, 0, 59, 3600, 90_061)] == ["–", "0 s", "59 s", "1 h", "1 d 1 h"]
