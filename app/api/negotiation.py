"""Which of the forms that a resource has the caller takes (RFC 9110, 12.5.1)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from app.base.errors import Problem
from app.policy.pages.rendering import Page, html, markdown


class Form(StrEnum):
    """The forms of what is there to be read, the usual one first."""

    JSON = "application/json"
    MARKDOWN = "text/markdown"
    HTML = "text/html"
    CSV = "text/csv"


_PAGES = (Form.JSON, Form.MARKDOWN, Form.HTML)
_TABLES = (Form.JSON, Form.CSV)


_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*((?:;[^;]*)*)", re.ASCII)
_WEIGHT = re.compile(r";\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE | re.ASCII)
# Nothing on a page may run, load anything or be framed.
_LOCKED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# What OpenAPI says of an answer that is a page, too.
AS_PAGES: dict[str, Any] = {str(form): {"schema": {"type": "string"}} for form in (Form.MARKDOWN, Form.HTML)}


AS_TABLE: dict[str, Any] = {str(Form.CSV): {"schema": {"type": "string"}}}


def form_for(accept: Sequence[str], offered: Sequence[Form] = _PAGES) -> Form:
    """The form wanted most by these `Accept` headers; the problem `not_acceptable` where none of them is wanted."""
    ranges = [known for header in accept for known in _ranges(header)]
    if not ranges:
        return Form.JSON
    weight, _, best = max(((*_weighed(form, ranges), form) for form in offered), key=lambda one: one[:2])
    if weight == 0:
        raise Problem("not_acceptable", f"This comes as {', '.join(offered)}.")
    return best


def _ranges(header: str) -> Iterator[tuple[str, str, float]]:
    """Type, subtype and weight of each media range; what is none is passed over."""
    for part in header.lower().split(","):
        match = _RANGE.fullmatch(part)
        if match is not None:
            weight = _WEIGHT.search(match[3])
            yield match[1], match[2], float(weight[1]) if weight else 1.0


def _weighed(form: Form, ranges: Sequence[tuple[str, str, float]]) -> tuple[float, int]:
    """By the range that names the form most closely: its weight, and how closely."""
    kind, _, subtype = form.partition("/")
    fitting = [
        ((of != "*") + (sub != "*"), weight)
        for of, sub, weight in ranges
        if (of, sub) in ((kind, subtype), (kind, "*"), ("*", "*"))
    ]
    closely, weight = max(fitting, default=(0, 0.0))
    return weight, closely


async def form_wanted(request: Request) -> Form:
    return form_for(request.headers.getlist("accept"))


async def _table(request: Request) -> Form:
    return form_for(request.headers.getlist("accept"), _TABLES)


WantedForm = Annotated[Form, Depends(form_wanted)]
"""For what can be read as a page."""
WantedTable = Annotated[Form, Depends(_table)]
"""For what can be read as a table."""


def as_page(shown: Page, form: Form, headers: Mapping[str, str]) -> Response:
    """The page as Markdown or HTML, in its own language."""
    written = html(shown) if form is Form.HTML else markdown(shown)
    own = {"Content-Language": shown.language, "Content-Security-Policy": _LOCKED}
    return Response(written, 200, {**headers, **own}, f"{form}; charset=utf-8")
