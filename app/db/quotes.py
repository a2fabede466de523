"""Quotes: the price on offer for a ticket, one as it is shown, and lists of them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.pool import Database

LATEST: Final = """(SELECT jsonb_build_object('id', q.id, 'edition', q.edition, 'status', q.status,
    'version', q.version, 'requested_by', q.requested_by)
  FROM quote AS q WHERE q.provider_id = $1 AND q.ticket_id = t.id ORDER BY q.edition DESC LIMIT 1) AS latest_quote"""
"""A column for statements that read the ticket `t`."""

_SHOWN: Final = """SELECT q.*, t.reference AS ticket_reference, a.number AS account_number, a.holder AS account_name
  FROM quote AS q
  LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = q.ticket_id
  LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = q.account_id
  WHERE q.provider_id = $1 AND {sees}"""
_ONE: Final = _SHOWN + " AND q.id = $6"
_LIST: Final = (
    _SHOWN
    + """ AND ($6::uuid IS NULL OR q.id < $6) AND ($7::text IS NULL OR q.status = $7)
    AND ($8::uuid IS NULL OR q.ticket_id = $8) AND ($9::text IS NULL OR t.reference = $9)
    AND ($10::text IS NULL OR a.number = $10 OR a.id::text = $10) AND ($11::text IS NULL OR q.external_ref = $11)
  ORDER BY q.id DESC LIMIT $12"""
)


def _sees(principal: Principal) -> str:
    kind = kind_of(principal)
    return "true" if kind in (Kind.STAFF, Kind.SERVICE) else sees(kind, "q.account_id")


async def read_quote(
    database: Database, provider_id: UUID, principal: Principal, quote: UUID
) -> tuple[CallerRow, asyncpg.Record | None]:
    caller, rows = await for_caller(database, provider_id, principal, _ONE.format(sees=_sees(principal)), quote)
    return caller, rows[0] if rows else None


async def list_quotes(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    after: UUID | None,
    filters: Mapping[str, Any],
    fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """The newest first. `filters`: status, ticket_id, reference, account, external_ref."""
    names = ("status", "ticket_id", "reference", "account", "external_ref")
    args = [filters.get(name) for name in names]
    statement = _LIST.format(sees=_sees(principal))
    return await for_caller(database, provider_id, principal, statement, after, *args, fetch)
