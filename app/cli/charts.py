"""Reports as charts in a file, by Matplotlib: loaded only where a file is asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from app.schemas.reports import By

Report = Mapping[str, Any]
Row = tuple[str, Mapping[str, Any]]
"""What it is called, and what it says."""
_INCH_PER_ROW, _WIDTH = 0.3, 9.0
_BLUE, _AMOUNTS = "#2b6cb0", {"quoted": "#a0aec0", "consented": "#2b6cb0", "paid": "#2f855a"}


def promises(reports: Sequence[Report], to: Path) -> None:
    """A bar for each row: the share that was kept. Days stand in place of instants."""
    rows = [(_named(report, row, ("metric", *By)), row) for report in reports for row in report["data"]]
    figure, (axes,) = _figure([len(rows)])
    bars = axes.barh(range(len(rows)), [row["attainment"] or 0 for _, row in rows], color=_BLUE)
    axes.bar_label(bars, [_counted(row) for _, row in rows], padding=4)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_xlim(0, 1.2)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    _save(figure, [axes], "Promises kept", reports, to)


def _counted(row: Mapping[str, Any]) -> str:
    over = row["met"] + row["breached"]
    return f"{row['met']} of {over}" if over else f"none over yet, {row['going']} going"


def money(reports: Sequence[Report], to: Path) -> None:
    """Three bars for each row, in the order in which money moves; a panel for each currency, since none is another."""
    panels: dict[str, list[Row]] = {}
    for report in reports:
        for row in report["data"]:
            panels.setdefault(row["currency"], []).append((_named(report, row, ("rule", "department")), row))
    figure, all_axes = _figure([len(rows) * len(_AMOUNTS) for rows in panels.values()] or [0])
    for axes, (currency, rows) in zip(all_axes, panels.items(), strict=False):
        for n, (name, colour) in enumerate(_AMOUNTS.items()):
            places = [at + (n - 1) * 0.27 for at in range(len(rows))]
            axes.barh(places, [float(row[name]) for _, row in rows], height=0.25, color=colour, label=name)
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.set_xlabel(currency)
    if panels:
        figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(_AMOUNTS))
    _save(figure, all_axes, "Prices and payments", reports, to)


def _named(report: Report, row: Mapping[str, Any], names: Sequence[str]) -> str:
    words = [str(row[name]) for name in names if row[name] is not None]
    return " · ".join((report["provider"], str(row["period_start"]), *words))


def _figure(panels: Sequence[int]) -> tuple[Figure, Sequence[Any]]:
    """`panels`: how many bars each has, one below the other."""
    heights = [max(bars, 1) for bars in panels]
    tall = 1.2 + sum(heights) * _INCH_PER_ROW + 0.5 * len(heights)
    figure = Figure(figsize=(_WIDTH, tall), layout="constrained")
    return figure, list(figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0])


def _save(figure: Figure, all_axes: Sequence[Any], title: str, reports: Sequence[Report], to: Path) -> None:
    for axes in all_axes:
        axes.margins(y=0.01)
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)
    since, until = (reports[0][name] for name in ("since", "until"))
    all_axes[0].set_title(f"{title}, {since} to {until}", loc="left")
    figure.savefig(to, metadata={"Date": None} if to.suffix == ".svg" else None)
