"""Secure forms on the wire: asked for, filled in, shown once."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr

from app.schemas.fields import Id, Model, ShortText

Purpose = Literal["credentials", "password_recovery"]


class SecureFormAsk(Model):
    ticket: ShortText = Field(description="Id or reference of the ticket that needs it")
    purpose: Purpose = "credentials"
    contact: Id | None = Field(None, description="A listed person of the account, who is sent the link, too")


class SecureFormFill(Model):
    model_config = ConfigDict(hide_input_in_errors=True)

    link: Annotated[SecretStr, Field(max_length=200, description="What follows `#` in the link")]
    content: Annotated[SecretStr, Field(min_length=1, max_length=16_384, description="Login data, in any form")]


class SecureForm(Model):
    id: UUID
    state: Literal["open", "filled", "revealed", "expired"]
    purpose: Purpose
    ticket: UUID | None
    contact: UUID | None
    filled_at: datetime | None
    revealed_at: datetime | None
    expires_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime


class SecureFormMade(SecureForm):
    link: str = Field(description="Shown this once; it opens the form one time")


class SecureFormFilled(Model):
    id: UUID
    state: Literal["filled"]
    filled_at: datetime


class SecureFormRevealed(SecureForm):
    content: str = Field(description="Shown this once; it is gone from the desk")
