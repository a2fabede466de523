"""`clausedesk report`: the tables and charts that are made of a report."""

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from rich.table import Table

from app.base.errors import CannotStart
from app.cli.report import _draw, _money, _promises, duration, in_days

AT = date(2026, 2, 1)
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


def texts_of(report: dict[str, Any], what: str, folder: Path) -> list[str]:
    """Matplotlib writes letters as outlines, and each text beside them as a comment."""
    _draw([report], what, folder / "chart.svg")
    return re.findall("<!-- (.+?) -->", (folder / "chart.svg").read_text())


def test_promises_are_drawn_with_what_each_bar_is_and_counts(tmp_path: Path) -> None:
    unknown = {**KEPT, "priority": "low", "attainment": None, "met": 0, "breached": 0}
    words = texts_of({**ABOUT, "data": [KEPT, unknown]}, "promises", tmp_path)
    for text in (
        "Promises kept, 2026-02-01 to 2026-02-01",
        "harbour · 2026-02-01 · first_response · high",
        "3 of 4",
        "none over yet, 2 going",
        "75%",
    ):
        assert text in words


def test_money_of_each_currency_has_a_scale_of_its_own(tmp_path: Path) -> None:
    other = {**PAID, "currency": "EUR", "rule": "fixed"}
    words = texts_of({**ABOUT, "data": [PAID, other]}, "money", tmp_path)
    assert [text for text in words if text in ("ZAR", "EUR")] == ["ZAR", "EUR"]
    assert "harbour · 2026-02-01 · hourly · support" in words
    assert [text for text in words if text in ("quoted", "consented", "paid")] == ["quoted", "consented", "paid"]


def test_a_picture_is_drawn_as_well_and_of_nothing_too(tmp_path: Path) -> None:
    for what in ("promises", "money"):
        _draw([{**ABOUT, "data": []}], what, tmp_path / f"{what}.png")
        assert (tmp_path / f"{what}.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_days_are_those_of_the_policys_zone_and_the_last_one_is_named() -> None:
    """A week that begins there on a Monday begins on a Sunday evening in UTC."""
    monday, end = datetime(2026, 11, 8, 22, tzinfo=UTC), datetime(2026, 11, 15, 22, tzinfo=UTC)
    told = {**ABOUT, "since": monday, "until": end, "data": [{**PAID, "period_start": monday}]}
    shown = in_days(told, ZoneInfo("Africa/Johannesburg"))
    assert (shown["since"], shown["until"]) == (date(2026, 11, 9), date(2026, 11, 15))
    assert shown["data"][0]["period_start"] == date(2026, 11, 9)
    assert "2026-11-09 to 2026-11-15" in text_of(_money(shown))


def test_only_pictures_are_drawn(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"\.png or \.svg"):
        _draw([SLA], "promises", tmp_path / "chart.pdf")


def test_times_are_told_in_two_units_at_most() -> None:
    assert [duration(seconds) for seconds in (None, 0, 59, 3600, 90_061)] == ["–", "0 s", "59 s", "1 h", "1 d 1 h"]
