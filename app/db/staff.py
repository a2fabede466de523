"""The provider's own people: read and listed."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller
from app.db.pool import Database

_SHOWN: Final = """
  SELECT s.id, s.email, s.name, s.role, s.level, s.departments, s.supervisor, s.active, s.version, s.created_at,
    s.updated_at
  FROM staff AS s WHERE s.provider_id = $1"""
_READ: Final = _SHOWN + " AND (s.id = $6::uuid OR s.email = $7::text)"
_LIST: Final = (
    _SHOWN
    + """ AND ($6::uuid IS NULL OR s.id > $6) AND ($7::text IS NULL OR s.role = $7)
    AND ($8::bool IS NULL OR s.active = $8)
    AND ($9::text IS NULL OR s.departments = '{}' OR $9 = ANY(s.departments)) ORDER BY s.id LIMIT $10"""
)


async def read_staff(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID | None, email: str | None
) -> tuple[CallerRow, asyncpg.Record | None]:
    caller, found = await for_caller(database, provider_id, principal, _READ, id_, email)
    return caller, found[0] if found else None


async def list_staff(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    after: UUID | None,
    filters: tuple[Any, ...],
    fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record]]:
    """In the order of their making. `filters`: role, active, department."""
    return await for_caller(database, provider_id, principal, _LIST, after, *filters, fetch)
