"""Quotes as they are shown."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from app.base.vocabulary import QuoteStatus
from app.services.tickets.view import instant, written_amount

_PLAIN: Final = (
    *("id", "status", "rule", "facts", "estimated_minutes", "lines", "terms", "consent_required", "indicative"),
    *("citations", "assumptions", "policy_version", "settings_revision", "external_ref", "metadata"),
)
_PLAIN_OF: Final = itemgetter(*_PLAIN)


def quote_view(row: Mapping[str, Any]) -> dict[str, Any]:
    def money(amount: Any) -> dict[str, Any] | None:
        return (
            None if amount is None else {"amount": written_amount(amount, row["currency"]), "currency": row["currency"]}
        )

    ticket = {"id": row["ticket_id"], "reference": row["ticket_reference"]}
    account = {"id": row["account_id"], "number": row["account_number"], "name": row["account_name"]}
    return {
        **dict(zip(_PLAIN, _PLAIN_OF(row), strict=True)),
        "allowance": {"then": [], **row["allowance"]} if row["allowance"] is not None else None,
        "ticket": ticket if row["ticket_id"] is not None else None,
        "account": account if row["account_id"] is not None else None,
        "version": row["edition"],
        "total": money(row["total"]),
        "prepay": {"required": row["prepay_required"], "minimum": money(row["prepay_minimum"])},
        "alternatives": [money(amount) for amount in row["alternatives"]],
        "paid": money(row["paid"]),
        "refunded": money(row["refunded"]),
        "payment": _payment(row),
        "payments": [_recorded(payment, money) for payment in row["payments"]],
        "balance": money(_balance(row)),
        "consent": row["consent"],
        "settled": _settled(row, money),
        **{name: instant(row[name]) for name in ("expires_at", "created_at", "updated_at")},
    }


def _recorded(payment: Mapping[str, Any], money: Callable[[Any], dict[str, Any] | None]) -> dict[str, Any]:
    recorded_by = payment["recorded_by"]
    kind, _, id_ = recorded_by.partition(":") if recorded_by is not None else (None, None, None)
    return {
        "kind": payment["kind"],
        "amount": money(payment["amount"]),
        "reference": payment["reference"],
        "reason": payment["reason"],
        "paid_at": instant(payment["paid_at"]),
        "recorded_by": {"kind": kind, "id": id_} if kind is not None else None,
    }


def _payment(row: Mapping[str, Any]) -> str:
    """How what was paid compares with what is to be paid; more and less are on record, not errors."""
    due = _due(row)
    kept = Decimal(row["paid"]) - Decimal(row["refunded"])
    if kept <= 0:
        return "none"
    if due is None or kept < Decimal(due):
        return "partial"
    return "paid" if kept == Decimal(due) else "overpaid"


def _due(row: Mapping[str, Any]) -> Any:
    """What is asked for by now; None while nobody knows."""
    if row["status"] in (QuoteStatus.WAIVED, QuoteStatus.DECLINED):
        return Decimal(0)
    return row["settled_total"] if row["settled_total"] is not None else row["total"]


def _balance(row: Mapping[str, Any]) -> Decimal | None:
    """What is left to pay: money that came for an earlier price of the ticket counts for this one."""
    due, kept = _due(row), row["kept_of_ticket"]
    if due is None or row["status"] == QuoteStatus.SUPERSEDED:
        return None
    if row["ticket_id"] is None or kept is None:
        kept = Decimal(row["paid"]) - Decimal(row["refunded"])
    return max(Decimal(due) - Decimal(kept), Decimal(0))


def _settled(row: Mapping[str, Any], money: Callable[[Any], dict[str, Any] | None]) -> dict[str, Any] | None:
    if row["settled_minutes"] is None:
        return None
    return {"minutes": row["settled_minutes"], "total": money(row["settled_total"])}
