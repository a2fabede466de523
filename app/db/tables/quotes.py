"""Prices offered and agreed, and the money that came for them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from app.base.vocabulary import QuoteStatus, Terms
from app.db.columns import (
    Owned,
    Referred,
    Versioned,
    among,
    amounts,
    belongs,
    document,
    flag,
    items,
    mapping,
    money,
    never_negative,
    of_provider,
    one_external_ref,
    words,
)


class Quote(Versioned, Referred, Owned, table=True):
    __tablename__ = "quote"
    __table_args__ = (
        of_provider(),
        belongs("ticket_id", "ticket"),
        belongs("account_id", "account"),
        among("status", QuoteStatus),
        among("terms", Terms),
        amounts("total", "prepay_minimum", "paid", "refunded", "settled_total"),
        never_negative("estimated_minutes", "settled_minutes"),
        CheckConstraint("edition > 0", name="edition"),
        CheckConstraint("refunded <= paid", name="refunded"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("status <> 'consented' OR consent IS NOT NULL", name="consent"),
        UniqueConstraint("provider_id", "ticket_id", "edition"),
        # A new price for the ticket replaces the one on offer.
        Index(
            "uq_quote_on_offer", "provider_id", "ticket_id", unique=True, postgresql_where=text("status = 'offered'")
        ),
        Index("ix_quote_account", "provider_id", "account_id", "id"),
        Index("ix_quote_expiry", "expires_at", postgresql_where=text("status = 'offered'")),
        one_external_ref("quote"),
    )

    ticket_id: UUID | None = None
    account_id: UUID | None = None
    edition: int
    """The first, second … price for its ticket: what a consent binds to."""
    status: str = words()
    rule: str | None = words(None)
    facts: dict[str, Any] = mapping()
    estimated_minutes: int | None = None
    lines: list[Any] = items()
    total: Decimal | None = money(None)
    currency: str = words()
    terms: str = words()
    prepay_required: bool = flag(False)
    prepay_minimum: Decimal | None = money(None)
    consent_required: bool = flag(False)
    indicative: bool = flag(False)
    alternatives: list[Any] = items()
    allowance: dict[str, Any] | None = document(None)
    """What of it is included: drawn, left, and the rest that the price is for."""
    citations: list[Any] = items()
    assumptions: list[Any] = items()
    policy_version: int
    settings_revision: int
    requested_by: str = words()
    consent: dict[str, Any] | None = document(None)
    """Who agreed to what, when, over which channel."""
    closing: dict[str, Any] | None = document(None)
    """Who declined, waived or settled it, and why."""
    settled_minutes: int | None = None
    settled_total: Decimal | None = money(None)
    paid: Decimal = money(Decimal(0))
    refunded: Decimal = money(Decimal(0))
    expires_at: datetime | None = None


class Payment(Owned, table=True):
    __tablename__ = "payment"
    __table_args__ = (
        belongs("quote_id", "quote"),
        UniqueConstraint("provider_id", "kind", "reference"),
        among("kind", ("payment", "refund")),
        CheckConstraint("amount > 0 AND amount < 'NaN'", name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index("ix_payment_quote", "provider_id", "quote_id", "id"),
    )

    quote_id: UUID
    kind: str = words()
    reference: str = words()
    """Of the billing system; the same one never counts twice."""
    amount: Decimal = money()
    currency: str = words()
    reason: str | None = words(None)
    recorded_by: str = words()
    paid_at: datetime
    created_at: datetime
