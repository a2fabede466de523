"""Resellers on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.schemas.callers import Named
from app.schemas.fields import Metadata, MetadataPatch, Model, Number, ShortText

Parent = Annotated[ShortText, Field(description="Number or id of the reseller above it")]
OwnAccount = Annotated[
    ShortText, Field(description="Number or id of its own hosting account, whose people speak for it")
]


class ResellerCreate(Model):
    number: Number
    name: ShortText
    parent: Parent | None = None
    account: OwnAccount | None = None
    external_ref: ShortText | None = None
    metadata: Metadata = Field({})


class ResellerPatch(Model):
    """A merge patch: what is left out stays, null takes away."""

    name: ShortText = Field("", validate_default=False)
    parent: Parent | None = None
    account: OwnAccount | None = None
    external_ref: ShortText | None = None
    metadata: MetadataPatch | None = None


class Reseller(Model):
    id: UUID
    number: str
    name: str
    parent: Named | None
    account: Named | None
    active: bool
    external_ref: str | None
    metadata: dict[str, str]
    version: int
    created_at: datetime
    updated_at: datetime
