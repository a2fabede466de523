"""Quotes read and listed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.quotes import list_quotes, read_quote
from app.services.errands import Errand
from app.services.quotes.view import quote_view

_READS = frozenset({Scope.SUBMIT, Scope.PAYMENTS})


async def read(errand: Errand, quote: UUID) -> tuple[dict[str, Any], int]:
    """The quote, and the version of its row."""
    caller, row = await read_quote(errand.database, errand.provider_id, errand.principal, quote)
    _check_reader(caller)
    if row is None:
        raise Problem("not_found")
    return quote_view(row), row["version"]


async def listed(
    errand: Errand, after: UUID | None, filters: Mapping[str, Any], fetch: int
) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_quotes(errand.database, errand.provider_id, errand.principal, after, filters, fetch)
    _check_reader(caller)
    return rows


def _check_reader(caller: CallerRow) -> None:
    if caller.kind is Kind.SERVICE and not caller.scopes & _READS:
        raise Problem("forbidden")
