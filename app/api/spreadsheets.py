"""Tables as CSV (RFC 4180) that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import Response

# A cell that begins with one of these is a formula to a spreadsheet, whatever quotes stand around it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Rows by the names of the columns, which head them; what is null is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), 200, headers, "text/csv; charset=utf-8; header=present")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case int() | float():
            return str(value)
        case list() | tuple():
            return _cell("; ".join(_entry(one) for one in value))
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_FORMULA) else text


def _entry(one: object) -> str:
    return " ".join(map(str, one.values())) if isinstance(one, Mapping) else str(one)
