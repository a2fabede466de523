"""Resellers: read and listed, each by whoever sees it."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of
from app.db.pool import Database

_SHOWN: Final = """
  SELECT r.id, r.number, r.name, r.active, r.external_ref, r.metadata, r.version, r.created_at, r.updated_at,
    p.id AS parent_id, p.number AS parent_number, p.name AS parent_name,
    a.id AS account_id, a.number AS account_number, a.holder AS account_name
  FROM reseller AS r
  LEFT JOIN reseller AS p ON p.provider_id = r.provider_id AND p.id = r.parent_id AND {above}
  LEFT JOIN account AS a ON a.provider_id = r.provider_id AND a.id = r.account_id
  WHERE r.provider_id = $1 AND {sees}"""
# One of them sees itself and those below; who stands above it is not its business.
_SEES: Final = {Kind.STAFF: "true", Kind.RESELLER: "r.id IN (SELECT id FROM tree)"}
_ABOVE: Final = {Kind.STAFF: "true", Kind.RESELLER: "p.id IN (SELECT id FROM tree)"}


def _shown(principal: Principal) -> str:
    kind = kind_of(principal)
    return _SHOWN.format(sees=_SEES.get(kind, "false"), above=_ABOVE.get(kind, "false"))


async def read_reseller(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID | None, number: str | None
) -> tuple[CallerRow, asyncpg.Record | None]:
    rows = _shown(principal) + " AND (r.id = $6::uuid OR r.number = $7::text)"
    caller, found = await for_caller(database, provider_id, principal, rows, id_, number)
    return caller, found[0] if found else None


async def list_resellers(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    after: UUID | None,
    filters: tuple[Any, ...],
    fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """In the order of their making. `filters`: parent (number or id), active, external reference."""
    rows = (
        _shown(principal)
        + """ AND ($6::uuid IS NULL OR r.id > $6)
    AND ($7::text IS NULL OR p.number = $7 OR p.id::text = $7) AND ($8::bool IS NULL OR r.active = $8)
    AND ($9::text IS NULL OR r.external_ref = $9)
  ORDER BY r.id LIMIT $10"""
    )
    return await for_caller(database, provider_id, principal, rows, after, *filters, fetch)
