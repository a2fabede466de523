"""The domains hosted for an account."""

from typing import Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller, kind_of, sees
from app.db.pool import Database

_LIST: Final = """SELECT a.id AS of_account, listed.* FROM account AS a LEFT JOIN LATERAL (
    SELECT d.id, d.name, d.created_at FROM hosted_domain AS d
    WHERE d.provider_id = $1 AND d.account_id = a.id AND ($8::uuid IS NULL OR d.id > $8)
    ORDER BY d.id LIMIT $9) AS listed ON true
  WHERE a.provider_id = $1 AND (a.id = $6::uuid OR a.number = $7::text) AND {sees}"""


async def list_domains(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    account: tuple[UUID | None, str | None],
    after: UUID | None,
    fetch: int,
) -> list[asyncpg.Record] | None:
    """None: no such account."""
    statement = _LIST.format(sees=sees(kind_of(principal), "a.id"))
    _, rows = await for_caller(database, provider_id, principal, statement, *account, after, fetch)
    return [row for row in rows if row["id"] is not None] if rows else None
