"""API clients on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.base.vocabulary import Scope
from app.schemas.callers import Named
from app.schemas.fields import Model, ShortText, Whole

Scopes = Annotated[list[Scope], Field(max_length=len(Scope))]


class ClientCreate(Model):
    name: ShortText = Field(examples=["client-area"])
    scopes: Scopes = Field([], description="What it may do; or else `reseller`")
    reseller: ShortText | None = Field(None, description="Number or id of the reseller that it speaks for")


class ClientPatch(Model):
    """A merge patch: what is left out stays."""

    name: ShortText = Field("", validate_default=False)
    scopes: Scopes = Field([], validate_default=False)


class ClientRotate(Model):
    grace_seconds: Annotated[int, Field(strict=True, ge=0, le=30 * 86_400), Whole] = Field(
        86_400, description="How long the present secret stays good beside the new one"
    )


class ApiClient(Model):
    id: UUID
    client_id: str = Field(description="What it sends to /v1/oauth/token with its secret")
    name: str
    role: Literal["service", "reseller"]
    scopes: list[Scope]
    reseller: Named | None
    active: bool
    last_used_at: datetime | None
    previous_expires_at: datetime | None = Field(description="Until when the secret before this one is good, too")
    version: int
    created_at: datetime
    updated_at: datetime


class ClientWithSecret(ApiClient):
    client_secret: str = Field(description="Shown here and never again")
