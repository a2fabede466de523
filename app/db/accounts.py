"""Accounts: as a decision needs them, with their people and domains, and as they are listed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.db.wanted import wanted
from app.schemas.idempotency import IdempotentRequest


def account_text(a: str) -> str:
    """An expression for all that decisions ask about the account row `a`, as JSON; migration 0019 says what."""
    return f"account_as_text({a}.provider_id, {a}.id)"


def account_json(a: str) -> str:
    return f"{account_text(a)}::jsonb"


def reseller_account_text(a: str) -> str:
    """An expression for the account of the reseller whose customer the account row `a` is: its people speak, too."""
    return f"""account_as_text({a}.provider_id, (SELECT over_it.account_id FROM reseller AS over_it
    WHERE over_it.provider_id = {a}.provider_id AND over_it.id = {a}.reseller_id))"""


_COLUMNS: Final = """a.id, a.number, a.holder, a.state, a.hold_proposed_at, a.product, a.products,
  a.product_variant, a.market, a.market_catalogue, a.vip, a.contract, a.facts, a.server, a.active,
  a.contact_info_current, a.contact_info_confirmed_at, a.is_reseller, a.users_total, a.since, a.external_ref,
  a.metadata, a.version, a.created_at, a.updated_at,
  r.id AS reseller_id, r.number AS reseller_number, r.name AS reseller_name"""
_SHOWN: Final = f"""
  SELECT {_COLUMNS}
  FROM account AS a LEFT JOIN reseller AS r ON r.provider_id = a.provider_id AND r.id = a.reseller_id
  WHERE a.provider_id = $1 AND {{sees}}"""
_FOR_CHANGE: Final = f"""
  SELECT {_COLUMNS}, {account_json("a")} AS about, {reseller_account_text("a")}::jsonb AS reseller_account,
    {in_force("$8::timestamptz", "$8", "_now")}, {KEPT_COLUMNS}
  FROM account AS a LEFT JOIN reseller AS r ON r.provider_id = a.provider_id AND r.id = a.reseller_id
  {kept("$9", "$10")}
  WHERE a.provider_id = $1 AND (a.id = $6::uuid OR a.number = $7::text) AND {{sees}}"""
_READ: Final = _SHOWN + " AND (a.id = $6::uuid OR a.number = $7::text)"
_FILTERS: Final = (
    "a.id > {0}::uuid",
    "a.state = {0}::text",
    "a.external_ref = {0}::text",
    "(r.number = {0}::text OR r.id::text = {0})",
    "(a.hold_proposed_at IS NOT NULL) = {0}::bool",
)


async def read_account(
    database: Database, provider_id: UUID, principal: Principal, id_: UUID | None, number: str | None
) -> asyncpg.Record | None:
    rows = _READ.format(sees=sees(kind_of(principal), "a.id"))
    _, found = await for_caller(database, provider_id, principal, rows, id_, number)
    return found[0] if found else None


async def list_accounts(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    after: UUID | None,
    filters: tuple[Any, ...],
    fetch: int,
) -> list[asyncpg.Record]:
    """In the order of their making. `filters`: state, external reference, reseller, proposed hold."""
    where, values = wanted(_FILTERS, (after, *filters))
    shown = _SHOWN.format(sees=sees(kind_of(principal), "a.id"))
    # How many are wanted is written out: Postgres goes by their order only where it knows how few they are.
    rows = f"{shown}{where} ORDER BY a.id LIMIT {fetch:d}"
    _, found = await for_caller(database, provider_id, principal, rows, *values)
    return found


async def account_for_change(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    id_: UUID | None,
    number: str | None,
    now: datetime,
    repeat: IdempotentRequest | None,
) -> tuple[CallerRow, asyncpg.Record | None]:
    """The account as it is shown, and as decisions see it (`about`)."""
    rows = _FOR_CHANGE.format(sees=sees(kind_of(principal), "a.id"))
    args = (id_, number, now, *key_args(repeat))
    caller, found = await for_caller(database, provider_id, principal, rows, *args)
    return caller, found[0] if found else None
