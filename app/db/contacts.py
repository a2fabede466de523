"""The people listed on accounts: read, and with all that a change of them is decided by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.accounts import account_json
from app.db.callers import CallerRow, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest

_COLUMNS: Final = """c.id, c.role, c.token_role, c.email, c.login, c.name, c.flag, c.unsubscribed_at,
  c.version, c.created_at, c.updated_at, a.id AS account_id, a.number AS account_number, a.holder AS account_name"""
_LIST: Final = f"""SELECT a.id AS of_account, listed.* FROM account AS a LEFT JOIN LATERAL (
    SELECT {_COLUMNS} FROM contact AS c
    WHERE c.provider_id = $1 AND c.account_id = a.id AND c.removed_at IS NULL AND ($8::uuid IS NULL OR c.id > $8)
    ORDER BY c.id LIMIT $9) AS listed ON true
  WHERE a.provider_id = $1 AND (a.id = $6::uuid OR a.number = $7::text) AND {{sees}}"""
_ONE: Final = f"""SELECT {_COLUMNS}
  FROM contact AS c JOIN account AS a ON a.provider_id = $1 AND a.id = c.account_id
  WHERE c.provider_id = $1 AND c.id = $6 AND c.removed_at IS NULL AND {{sees}}"""
_FOR_CHANGE: Final = f"""SELECT {account_json("a")} AS account, {in_force("$9::timestamptz", "$9")},
    coalesce((SELECT jsonb_agg({account_json("o")} ORDER BY o.id) FROM account AS o
              WHERE o.provider_id = $1 AND o.id <> a.id AND o.id IN (
                SELECT account_id FROM hosted_domain WHERE provider_id = $1 AND name = ANY($10::text[]))), '[]')
      AS others,
    {KEPT_COLUMNS}
  FROM account AS a {kept("$11", "$12")}
  WHERE a.provider_id = $1 AND {{sees}} AND (a.id = $6::uuid OR a.number = $7::text OR a.id = (
    SELECT account_id FROM contact WHERE provider_id = $1 AND id = $8::uuid AND removed_at IS NULL))"""


async def list_contacts(
    database: Database, provider_id: UUID, principal: Principal, account: tuple[UUID | None, str | None],
    after: UUID | None, fetch: int,
) -> tuple[CallerRow, list[asyncpg.Record] | None]:  # fmt: skip
    """Those of an account, the longest listed first. None: no such account."""
    statement = _LIST.format(sees=sees(kind_of(principal), "a.id"))
    caller, rows = await for_caller(database, provider_id, principal, statement, *account, after, fetch)
    return caller, [row for row in rows if row["id"] is not None] if rows else None


async def read_contact(
    database: Database, provider_id: UUID, principal: Principal, contact: UUID
) -> tuple[CallerRow, asyncpg.Record | None]:
    statement = _ONE.format(sees=sees(kind_of(principal), "a.id"))
    caller, rows = await for_caller(database, provider_id, principal, statement, contact)
    return caller, rows[0] if rows else None


async def facts_for_contacts(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    account: tuple[UUID | None, str | None],
    contact: UUID | None,
    now: datetime,
    domains: list[str],
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, Mapping[str, Any] | None]:
    """The account, named or that of the contact, and the other accounts that host one of these domains."""
    statement = _FOR_CHANGE.format(sees=sees(kind_of(principal), "a.id"))
    caller, rows = await for_caller(
        database, provider_id, principal, statement, *account, contact, now, domains, *key_args(repeat)
    )
    return caller, rows[0] if rows else None
