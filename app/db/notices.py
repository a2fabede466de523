"""Notices: read, listed, with all that a change of one rests on, whom they are for, and what the public sees."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.announcing import WANTED, accounts_concerned
from app.db.callers import CallerRow, for_caller
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.db.wanted import wanted
from app.schemas.idempotency import IdempotentRequest

COLUMNS: Final = (
    *("id", "kind", "state", "topic", "title", "body", "server", "audience", "starts_at", "ends_at", "published_at"),
    *("external_ref", "metadata", "version", "created_at", "updated_at"),
)
_SHOWN: Final = ", ".join(f"n.{column}" for column in COLUMNS)
_ONE: Final = f"SELECT {_SHOWN} FROM notice AS n WHERE n.provider_id = $1 AND n.id = $6"
_FILTERS: Final = (
    "n.id < {0}::uuid",
    "n.kind = {0}::text",
    "n.state = {0}::text",
    "n.server = {0}::text",
    "n.external_ref = {0}::text",
)
_MOST_LINKED: Final = 2000


def tickets_on(server: str) -> str:
    """An expression for the open tickets of a server's customers that no incident of it explains yet."""
    return f"""coalesce((SELECT jsonb_agg(found.about) FROM (
      SELECT jsonb_build_object('id', t.id, 'version', t.version) AS about
      FROM account AS on_it JOIN ticket AS t ON t.provider_id = $1 AND t.account_id = on_it.id
      WHERE on_it.provider_id = $1 AND on_it.server = {server} AND t.status NOT IN ('resolved', 'closed')
        AND t.incident IS DISTINCT FROM {server}
      ORDER BY t.id LIMIT {_MOST_LINKED}) AS found), '[]')"""


_FOR_CHANGE: Final = f"""
  SELECT {_SHOWN}, {KEPT_COLUMNS}, {tickets_on("n.server")} AS tickets,
    (SELECT other.id FROM notice AS other WHERE other.provider_id = $1 AND other.server = n.server
       AND other.kind = 'incident' AND other.state = 'open' AND other.id <> n.id) AS other_incident,
    coalesce((SELECT jsonb_agg(number) FROM account WHERE provider_id = $1 AND number = ANY($9::text[])), '[]') AS known
  FROM (SELECT 1) AS once LEFT JOIN notice AS n ON n.provider_id = $1 AND n.id = $6::uuid
  {kept("$7", "$8")}"""


async def read_notice(
    database: Database, provider_id: UUID, principal: Principal, notice: UUID
) -> asyncpg.Record | None:
    _, rows = await for_caller(database, provider_id, principal, _ONE, notice)
    return rows[0] if rows else None


async def list_notices(
    database: Database, provider_id: UUID, principal: Principal, after: UUID | None, filters: Sequence[Any], fetch: int
) -> list[asyncpg.Record]:
    """The newest first. `filters`: kind, state, server, external reference."""
    where, values = wanted(_FILTERS, (after, *filters))
    # How many are wanted is written out: Postgres goes by their order only where it knows how few they are.
    statement = f"SELECT {_SHOWN} FROM notice AS n WHERE n.provider_id = $1{where} ORDER BY n.id DESC LIMIT {fetch:d}"
    _, rows = await for_caller(database, provider_id, principal, statement, *values)
    return rows


async def facts_for_notice(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    notice: UUID | None,
    numbers: Sequence[str],
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, asyncpg.Record]:
    """The notice, if there is one of this id, and which of these numbers are accounts (`known`)."""
    args = (notice, *key_args(repeat), list(numbers))
    caller, rows = await for_caller(database, provider_id, principal, _FOR_CHANGE, *args)
    return caller, rows[0]


# ── whom it is for ───────────────────────────────────────────────────────────
_RECIPIENTS: Final = f"""
  SELECT n.kind, {in_force("coalesce(n.published_at, $9::timestamptz)", "coalesce(n.published_at, $9)")},
    coalesce(n.published_at, $9) AS at, {accounts_concerned("$7::text", "$8")} AS accounts
  FROM notice AS n, {WANTED} WHERE n.provider_id = $1 AND n.id = $6"""


async def audience_of(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    notice: UUID,
    after: str | None,
    fetch: int,
    now: datetime,
) -> asyncpg.Record | None:
    """A page of the accounts it is for, by number, and which policy decides about them."""
    _, rows = await for_caller(database, provider_id, principal, _RECIPIENTS, notice, after, fetch, now)
    return rows[0] if rows else None


# ── what the public sees ─────────────────────────────────────────────────────
_MOST_SHOWN: Final = 200
_PUBLIC: Final = f"""
SELECT p.slug, p.name, {in_force("$2::timestamptz", "$2")},
  coalesce((SELECT jsonb_agg(to_jsonb(shown)) FROM (
    SELECT n.id, n.kind, n.state, n.title, n.body, n.server, n.starts_at, n.ends_at, n.updated_at FROM notice AS n
    WHERE n.provider_id = $1 AND n.kind IN ('incident', 'maintenance')
      AND coalesce(n.audience -> 'accounts', '[]') = '[]'
      AND (n.state IN ('scheduled', 'open') OR (n.state = 'resolved' AND n.ends_at >= $3))
    ORDER BY n.state = 'resolved', coalesce(n.starts_at, n.created_at) DESC, n.id DESC
    LIMIT {_MOST_SHOWN}) AS shown), '[]') AS notices
FROM provider AS p WHERE p.id = $1 AND p.active"""


async def public_notices(
    database: Database, provider_id: UUID, now: datetime, since: datetime
) -> Mapping[str, Any] | None:
    """Those for everybody: open, planned, or over since then. None: there is no such provider."""
    return await database.fetchrow(provider_id, _PUBLIC, provider_id, now, since)
