"""Accounts and their hosted domains on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.schemas import patterns
from app.schemas.callers import Named
from app.schemas.fields import Count, JsonMap, Metadata, MetadataPatch, Model, Number, ShortText, Text

Slugs = Annotated[list[Annotated[str, Field(strict=True, min_length=1, max_length=64)]], Field(max_length=100)]
Markets = Annotated[list[Annotated[str, Field(strict=True, min_length=1, max_length=64)]], Field(max_length=500)]
ResellerName = Annotated[ShortText, Field(description="Number or id of the reseller whose customer it is")]
Yes = Annotated[bool, Field(strict=True)]


class AccountCreate(Model):
    number: Number
    name: ShortText = Field(description="Of the holder")
    products: Slugs = Field([], description="What it holds, by the names of the policy", examples=[["shared_hosting"]])
    product_variant: ShortText | None = None
    market: ShortText | None = None
    market_catalogue: Markets | None = Field(None, description="Products sold in its market; left out: all of them")
    server: ShortText | None = None
    active: Yes = Field(True, description="Its agreement is in force")
    is_reseller: Yes = False
    users_total: Count | None = None
    since: date | None = Field(None, description="When its agreement began: the first period of what it includes")
    reseller: ResellerName | None = None
    vip: Slugs = Field([], description="Addresses of people who come first where the policy says so")
    contract: JsonMap | None = Field(None, description="What its own agreement adds to the policy")
    facts: JsonMap = Field({}, description="Facts that the contract or the system asserts, as the policy declares them")
    external_ref: ShortText | None = None
    metadata: Metadata = Field({})


class AccountPatch(Model):
    """A merge patch: what is left out stays, null takes away."""

    name: ShortText = Field("", validate_default=False)
    products: Slugs = Field([], validate_default=False)
    product_variant: ShortText | None = None
    market: ShortText | None = None
    market_catalogue: Markets | None = None
    server: ShortText | None = None
    active: Yes = True
    is_reseller: Yes = False
    users_total: Count | None = None
    since: date | None = Field(None, description="When its agreement began: the first period of what it includes")
    reseller: ResellerName | None = None
    vip: Slugs = Field([], validate_default=False)
    contract: JsonMap | None = None
    facts: JsonMap | None = None
    external_ref: ShortText | None = None
    metadata: MetadataPatch | None = None


class AccountHold(Model):
    reason: Text


class AccountOutdate(Model):
    because: Literal["hard_bounce", "known_change"]
    note: Text | None = Field(None, description="What is known; kept out of the log")


class Account(Model):
    id: UUID
    number: str
    name: str
    state: str
    hold_proposed_at: datetime | None = Field(description="The policy proposed to hold it; staff decide")
    product: str | None
    products: list[str]
    product_variant: str | None
    market: str | None
    market_catalogue: list[str] | None
    server: str | None
    active: bool
    contact_info_current: bool
    contact_info_confirmed_at: datetime | None
    contact_info_confirm_by: datetime = Field(
        description="A year after the last confirmation; to let it pass is a reason to ask, and proves nothing"
    )
    is_reseller: bool
    users_total: int | None
    since: date | None
    vip: list[str]
    contract: dict[str, Any] | None
    facts: dict[str, Any]
    reseller: Named | None
    external_ref: str | None
    metadata: dict[str, str]
    version: int
    created_at: datetime
    updated_at: datetime


class DomainAdd(Model):
    name: Annotated[str, Field(strict=True, max_length=253, pattern=patterns.HOSTED_DOMAIN)] = Field(
        description="In ASCII, as DNS has it", examples=["bakery.example"]
    )


class Domain(Model):
    id: UUID
    name: str
    created_at: datetime


class FlaggedContact(Model):
    id: UUID
    account: UUID
    role: str


class DomainAdded(Domain):
    flagged: list[FlaggedContact] = Field(description="Who must be replaced, since their address lies on it now")
