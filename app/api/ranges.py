"""A part of a file (RFC 9110, 14): whoever was interrupted goes on where it ended."""

import re
from typing import Annotated, Final

from fastapi import Header

from app.base.errors import Problem

Range = Annotated[
    str | None,
    Header(alias="Range", max_length=200, description="One part of it, such as `bytes=1000-`; others are not regarded"),
]
IfRange = Annotated[
    str | None,
    Header(alias="If-Range", max_length=200, description="The ETag that the part is of; another one: the whole file"),
]

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def part_of(size: int, wanted: str | None, expected: str | None, tag: str) -> tuple[int, int] | None:
    """First byte and the one behind the last; None: the whole. Problem where the file ends before the part begins."""
    found = _ONE.fullmatch(wanted.strip()) if wanted is not None and expected in (None, tag) else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return None  # no range at all
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if begin >= end:
        raise Problem("range_not_satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return begin, end
