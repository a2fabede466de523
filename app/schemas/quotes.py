"""Quotes on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.base.money import Money
from app.base.vocabulary import QuoteStatus, Terms
from app.schemas.callers import Named
from app.schemas.decisions import AssumptionUsed, Citation
from app.schemas.fields import JsonMap, Metadata, Minutes, Model, ShortText, Text, When, empty
from app.schemas.requests import Estimate, Name
from app.schemas.tickets import Kinded

_EXAMPLE: dict[str, Any] = {"ticket": "NTH-7K3Q-9F2D-M4XA", "estimated_minutes": 40}


class QuoteAsk(Model):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    ticket: ShortText | None = Field(None, description="Id or reference; left out: for nothing yet")
    account: ShortText | None = Field(None, description="Number or id, where no ticket is named")
    facts: JsonMap = empty(dict, description="What the work is, where no ticket is named")
    rule: Name | None = Field(None, description="A price of the policy; left out: the one that the facts lead to")
    estimated_minutes: Estimate | None = None
    amount: Money | None = Field(None, description="From staff, where the policy leaves the price to them")
    external_ref: ShortText | None = None
    metadata: Metadata = empty(dict)


class AllowanceUsed(Model):
    """Help that is included; amounts are in its unit."""

    allowance: str
    unit: str
    drawn: str
    left: str
    rest: str = Field(description="What of the work it does not cover")


class AllowanceShown(AllowanceUsed):
    then: list[AllowanceUsed] = Field(description="Those that are drawn for the rest, one after the other")


class QuoteLine(Model):
    rule: str
    text: str
    minutes: int | None
    quantity: str
    unit_price: str
    amount: str
    clauses: list[str]


class Prepay(Model):
    required: bool
    minimum: Money | None


class TicketNamed(Model):
    id: UUID
    reference: str


class Consent(Model):
    """Who agreed to what: it binds this price, and these terms."""

    by: Kinded
    at: datetime
    amount: str
    currency: str
    terms: Terms
    version: int


class Settled(Model):
    minutes: int
    total: Money | None


class PaymentShown(Model):
    """Money that came, or that went back."""

    kind: Literal["payment", "refund"]
    amount: Money
    reference: str = Field(description="Of the billing system")
    reason: str | None = Field(description="Why money went back; for staff and machines")
    paid_at: datetime
    recorded_by: Kinded | None = Field(description="Who told of it; for staff and machines")


class ConsentGive(Model):
    """What is agreed to is the quote; there is little to say."""

    form: Literal["click", "signature"] = Field("click", description="How it is given, where the policy asks for more")


class Decline(Model):
    reason: Text | None = None


class Payment(Model):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "85.00", "currency": "CAD"}, "reference": "INV-1"}]}
    )

    amount: Money
    reference: ShortText = Field(description="Of the billing system; the same one never counts twice")
    paid_at: When | None = Field(None, description="Left out: now")


class Refund(Model):
    amount: Money
    reference: ShortText
    reason: Text | None = None


class Waive(Model):
    reason: Text


class Settle(Model):
    minutes: Minutes


class Quote(Model):
    id: UUID
    ticket: TicketNamed | None
    account: Named | None
    status: QuoteStatus
    version: int = Field(description="Which price for its ticket this is: what a consent binds to")
    rule: str | None
    facts: dict[str, Any]
    estimated_minutes: int | None
    lines: list[QuoteLine]
    total: Money | None = Field(description="Null while the price is still to come")
    terms: Terms
    prepay: Prepay
    consent_required: bool
    indicative: bool
    allowance: AllowanceShown | None = Field(description="What of it is included: drawn, left, and what is charged")
    alternatives: list[Money] = Field(description="The total under other readings of the policy")
    paid: Money
    refunded: Money
    payment: Literal["none", "partial", "paid", "overpaid"] = Field(description="How what was kept compares")
    payments: list[PaymentShown] = Field(description="What came and what went back, in the order of its recording")
    balance: Money | None = Field(description="What is left to pay, earlier payments for the ticket counted")
    consent: Consent | None
    settled: Settled | None
    expires_at: datetime | None
    citations: list[Citation]
    assumptions: list[AssumptionUsed]
    policy_version: int
    settings_revision: int
    external_ref: str | None
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
