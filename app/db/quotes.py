"""Quotes: the price on offer for a ticket, one as it is shown, and lists of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.pool import Database
from app.db.tickets import JUDGED, KEPT_OF_TICKET, RESELLER_ACCOUNT
from app.db.wanted import wanted
from app.schemas.idempotency import IdempotentRequest

_SHOWN: Final = f"""SELECT q.*, t.reference AS ticket_reference, a.number AS account_number,
  a.holder AS account_name, {KEPT_OF_TICKET.format(ticket="q.ticket_id")}, {{payments}}
  FROM quote AS q
  LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = q.ticket_id
  LEFT JOIN account AS a ON a.provider_id = $1 AND a.id = q.account_id
  WHERE q.provider_id = $1 AND {{sees}}"""
_ONE: Final = _SHOWN + " AND q.id = $6"
_FILTERS: Final = (
    "q.id < {0}::uuid",
    "q.status = {0}::text",
    "q.ticket_id = {0}::uuid",
    "t.reference = {0}::text",
    "(a.number = {0}::text OR a.id::text = {0})",
    "q.external_ref = {0}::text",
)


_PAYMENTS: Final = """(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'kind', p.kind, 'reference', p.reference, 'amount', p.amount::text, 'paid_at', p.paid_at,
    'reason', {reason}, 'recorded_by', {recorded_by}) ORDER BY p.id), '[]')
    FROM payment AS p WHERE p.provider_id = $1 AND p.quote_id = q.id) AS payments"""


def _within(principal: Principal, statement: str) -> str:
    """The statement over what the caller sees. Who recorded a payment, and why money went back, the house alone."""
    kind = kind_of(principal)
    house = kind in (Kind.STAFF, Kind.SERVICE)
    reason, recorded_by = ("p.reason", "p.recorded_by") if house else ("NULL", "NULL")
    payments = _PAYMENTS.format(reason=reason, recorded_by=recorded_by)
    return statement.format(sees="true" if house else sees(kind, "q.account_id"), payments=payments)


async def read_quote(
    database: Database, provider_id: UUID, principal: Principal, quote: UUID
) -> tuple[CallerRow, asyncpg.Record | None]:
    caller, rows = await for_caller(database, provider_id, principal, _within(principal, _ONE), quote)
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
    where, values = wanted(_FILTERS, (after, *(filters.get(name) for name in names)))
    # How many are wanted is written out: Postgres goes by their order only where it knows how few they are.
    statement = f"{_within(principal, _SHOWN)}{where} ORDER BY q.id DESC LIMIT {fetch:d}"
    return await for_caller(database, provider_id, principal, statement, *values)


# ── with all that a change of one is decided by ──────────────────────────────
COLUMNS: Final = (
    *("id", "ticket_id", "account_id", "edition", "status", "rule", "facts", "estimated_minutes", "lines", "total"),
    *("currency", "terms", "prepay_required", "prepay_minimum", "consent_required", "indicative", "alternatives"),
    *("allowance", "citations", "assumptions", "policy_version", "settings_revision", "requested_by", "consent"),
    *("closing", "settled_minutes", "settled_total", "paid", "refunded", "expires_at", "external_ref", "metadata"),
    *("version", "created_at", "updated_at"),
)
_FOR_CHANGE: Final = f"""SELECT {", ".join(f'q."{column}" AS "quote_{column}"' for column in COLUMNS)},
    {JUDGED}, {RESELLER_ACCOUNT}, {KEPT_COLUMNS},
    (SELECT max(other.edition) FROM quote AS other WHERE other.provider_id = $1 AND other.ticket_id = q.ticket_id)
      AS latest_edition,
    {KEPT_OF_TICKET.format(ticket="q.ticket_id")}, {{payments}},
    (SELECT jsonb_build_object('quote_id', p.quote_id, 'amount', p.amount::text, 'currency', p.currency)
      FROM payment AS p WHERE p.provider_id = $1 AND p.reference = $7::text AND p.kind = $11::text) AS recorded
  FROM quote AS q
  LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = q.ticket_id
  -- Not coalesce(), which row security takes for one that may leak: it would read all accounts.
  LEFT JOIN account AS a ON a.provider_id = $1
    AND a.id = CASE WHEN t.account_id IS NOT NULL THEN t.account_id ELSE q.account_id END
  LEFT JOIN staff AS s ON s.provider_id = $1 AND s.id = t.assignee_id
  LEFT JOIN reseller AS r ON r.provider_id = $1 AND r.id = t.reseller_id
  {kept("$9", "$10")}
  WHERE q.provider_id = $1 AND q.id = $6 AND {{sees}}"""


async def quote_for_change(
    database: Database,
    provider_id: UUID,
    principal: Principal,
    quote: UUID,
    now: datetime,
    repeat: IdempotentRequest | None,
    reference: str | None = None,
    kind: str | None = None,
) -> tuple[CallerRow, asyncpg.Record | None]:
    """The quote's columns as `quote_…`, its ticket as it is judged, and the payment of this kind and reference."""
    statement = _within(principal, _FOR_CHANGE)
    args = (quote, reference, now, *key_args(repeat), kind)
    caller, rows = await for_caller(database, provider_id, principal, statement, *args)
    return caller, rows[0] if rows else None
