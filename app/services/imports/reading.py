"""Files of many rows: CSV with a head, or one JSON object a line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import ValidationError

from app.base.errors import Fault, Problem
from app.schemas.accounts import AccountCreate
from app.schemas.faults import faults_of
from app.schemas.imports import ContactRow, ImportKind

MOST_ROWS: Final = 50_000
SHAPES: Final[Mapping[ImportKind, type[AccountCreate | ContactRow]]] = {
    ImportKind.ACCOUNTS: AccountCreate,
    ImportKind.CONTACTS: ContactRow,
}
_LISTS: Final = frozenset({"products", "market_catalogue", "vip"})
_NUMBERS: Final = frozenset({"users_total"})
_SWITCHES: Final = frozenset({"active", "is_reseller"})
_MAPS: Final = ("facts", "metadata")
_JSON: Final = frozenset({"contract"})
_SWITCHED: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, none of them judged yet."""

    kind: ImportKind
    rows: Sequence[Mapping[str, Any] | None]
    """None: the line is no JSON object."""


def read_table(content: bytes, *, as_csv: bool, kind: ImportKind | None) -> Table:
    """All the rows; the problem `invalid` where it is no such file. The kind is told by the columns, if by nobody."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("The file must be UTF-8.") from None
    try:
        rows = list(_of_csv(text) if as_csv else _of_lines(text))
    except csv.Error:
        raise _unreadable("This is no CSV file: a quotation mark is left open, or a cell is too long.") from None
    if not rows:
        raise _unreadable("The file has no rows.")
    if len(rows) > MOST_ROWS:
        raise Problem("too_large", f"A file may have at most {MOST_ROWS} rows.")
    return Table(kind or _kind_of(rows[0] or {}), rows)


def shaped(kind: ImportKind, row: Mapping[str, Any] | None) -> AccountCreate | ContactRow:
    """The row as the request that it stands for; the problem `invalid` points into it."""
    if row is None:
        raise Problem("malformed_json", "This line is no JSON object.")
    try:
        return SHAPES[kind].model_validate(row)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = faults_of([{**one, "loc": ("body", *one["loc"])} for one in found], dict(row))
        raise Problem("invalid", errors=faults) from None


def _of_lines(text: str) -> Iterator[Mapping[str, Any] | None]:
    for line in filter(str.strip, text.split("\n")):
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            row = None
        yield row if isinstance(row, dict) else None


def _of_csv(text: str) -> Iterator[Mapping[str, Any]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    head = [name.strip() for name in next(lines, [])]
    known = {name for shape in SHAPES.values() for name in shape.model_fields}
    unknown = [name for name in head if name not in known and name.partition(".")[0] not in _MAPS]
    if unknown or len(set(head)) < len(head):
        raise _unreadable(f"The head may name, each once: {', '.join(sorted(known - set(_MAPS)))}, facts.… metadata.…")
    for cells in lines:
        if any(cells):
            yield _row(head, cells)


def _row(head: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """What is empty is left out."""
    row: dict[str, Any] = {}
    for name, cell in zip(head, cells, strict=False):
        if not cell.strip():
            continue
        of, _, inner = name.partition(".")
        if inner:
            row.setdefault(of, {})[inner] = _plain(cell) if of == "metadata" else _value(cell)
        else:
            row[name] = _typed(name, _plain(cell))
    if len(cells) > len(head):
        row["more cells than the head"] = None
    return row


def _typed(name: str, cell: str) -> Any:
    if name in _LISTS:
        return [one.strip() for one in cell.split(";") if one.strip()]
    if name in _SWITCHES:
        return _SWITCHED.get(cell.strip().lower(), cell)
    if name in _NUMBERS:
        return int(cell) if cell.strip().isdecimal() else cell
    return _value(cell) if name in _JSON or name in _MAPS else cell.strip()


def _value(cell: str) -> Any:
    """Numbers, true, false and JSON as such; anything else is text."""
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return _plain(cell)


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking the cell for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _kind_of(row: Mapping[str, Any]) -> ImportKind:
    return ImportKind.CONTACTS if "account" in row or "role" in row else ImportKind.ACCOUNTS


def _unreadable(message: str) -> Problem:
    return Problem("invalid", message, errors=[Fault("", "invalid", message)])
