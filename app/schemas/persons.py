"""One person's data on the wire."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.schemas.fields import Model


class PersonExport(Model):
    """Everything that is kept about one person, in parts whose members are those of the resources."""

    person: dict[str, Any]
    account: dict[str, Any]
    tickets: list[dict[str, Any]] = Field(description="That the person asked for")
    messages: list[dict[str, Any]] = Field(description="That the person wrote")
    attachments: list[dict[str, Any]] = Field(description="That the person uploaded: names, not contents")
    mails: list[dict[str, Any]] = Field(description="That came from the person's address")
    secure_forms: list[dict[str, Any]] = Field(description="That the person was asked to fill in; never the contents")
    events: list[dict[str, Any]] = Field(description="That are about the person, or that the person brought about")


class ErasedCounts(Model):
    tickets: int
    messages: int
    attachments: int
    mails: int


class PersonErased(Model):
    id: UUID
    erased: ErasedCounts = Field(description="How much it was; nothing, where it was erased before")
