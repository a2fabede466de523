"""Reports as charts in a file, by Matplotlib: loaded only where a file is asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from app.schemas.reports import By

Report = Mapping[str, Any]
_INCH_PER_ROW, _WIDTH = 0.32, 9.0
_AMOUNTS = ("quoted", "consented", "paid")


def promises(reports: Sequence[Report], to: Path) -> None:
    """A bar for each row: the share that was kept."""
    rows = [(_named(report, row, ("metric", *By)), row) for report in reports for row in report["data"]]
    figure, axes = _figure(len(rows))
    shares = [row["attainment"] or 0 for _, row in rows]
    bars = axes.barh([name for name, _ in rows], shares, color="#2b6cb0")
    axes.bar_label(bars, [f"{row['met']} of {row['met'] + row['breached']}" for _, row in rows], padding=4)
    axes.set_xlim(0, 1.15)
    axes.set_xlabel("share of promises kept")
    _save(figure, axes, reports, to)


def money(reports: Sequence[Report], to: Path) -> None:
    """Three bars for each row: what was put, agreed to and paid."""
    rows = [
        (_named(report, row, ("rule", "department", "currency")), row) for report in reports for row in report["data"]
    ]
    figure, axes = _figure(len(rows) * len(_AMOUNTS))
    for n, (name, colour) in enumerate(zip(_AMOUNTS, ("#a0aec0", "#2b6cb0", "#2f855a"), strict=True)):
        places = [at + (1 - n) * 0.27 for at in range(len(rows))]
        axes.barh(places, [float(row[name]) for _, row in rows], height=0.25, color=colour, label=name)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.legend()
    _save(figure, axes, reports, to)


def _named(report: Report, row: Report, names: Sequence[str]) -> str:
    words = [str(row[name]) for name in names if row[name] is not None]
    return " · ".join((report["provider"], row["period_start"].date().isoformat(), *words))


def _figure(rows: int) -> tuple[Figure, Any]:
    figure = Figure(figsize=(_WIDTH, 1.5 + max(rows, 1) * _INCH_PER_ROW), layout="constrained")
    return figure, figure.subplots()


def _save(figure: Figure, axes: Any, reports: Sequence[Report], to: Path) -> None:
    axes.invert_yaxis()
    axes.set_title(f"{reports[0]['since'].date()} to {reports[0]['until'].date()}", loc="left")
    figure.savefig(to, metadata={"Date": None} if to.suffix == ".svg" else None)
