"""The table: for each part what was examined, how many failed, and the control that was caught."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

_COLUMNS = ("what", "examined", "failed", "control that was caught", "seconds")


@dataclass
class Row:
    """One part of the proof, as far as it has been told."""

    part: str
    unit: str
    seconds: float = 0.0
    ended: bool = True
    """Whether its processes ended as they should."""
    examined: int = 0
    failed: int = 0
    controls: Counter[str] = field(default_factory=Counter)
    """How often each was caught."""

    @property
    def faults(self) -> list[str]:
        """Why this proves nothing, or that something is wrong."""
        missed = [control for control, times in self.controls.items() if not times]
        found = {
            "it did not end well": not self.ended,
            "nothing was examined": not self.examined,
            f"{self.failed} failed": self.failed > 0,
            "no control was caught": not self.controls,
            f"not caught: {', '.join(missed)}": bool(missed),
        }
        return [fault for fault, is_so in found.items() if is_so]

    @property
    def cells(self) -> tuple[str, ...]:
        told = "; ".join(f"{name} ({times:,})" if times > 1 else name for name, times in self.controls.items() if times)
        return self.part, f"{self.examined:,} {self.unit}", f"{self.failed}", told, f"{self.seconds:.0f}"


def read(rows: Iterable[Row], lines: Iterable[str]) -> list[str]:
    """Adds what was reported to its rows; the parts that none of them is."""
    by_part = {row.part: row for row in rows}
    strangers = []
    for line in lines:
        told = json.loads(line)
        row = by_part.get(told["part"])
        if row is None:
            strangers.append(told["part"])
        elif "control" in told:
            row.controls[told["control"]] += told["caught"]
        else:
            row.examined += told["examined"]
            row.failed += told["failed"]
    return strangers


def markdown(rows: Iterable[Row]) -> str:
    """A table that can be read as it is and stands in a page."""
    lines = [_COLUMNS, *(row.cells for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(_COLUMNS))]
    told = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    told.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in told)
