"""Accounts and contacts by the many, on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.schemas.contacts import ContactAdd
from app.schemas.fields import Model, ShortText


class ImportKind(StrEnum):
    """What the rows are."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"


class Existing(StrEnum):
    """What is done with a row whose account or contact is there already."""

    REFUSE = "refuse"
    KEEP = "keep"
    CHANGE = "change"


class ContactRow(ContactAdd):
    """A row of a file of contacts."""

    account: ShortText = Field(description="Number or id of the account that the person is listed on")


class Import(Model):
    id: UUID
    kind: ImportKind
    existing: Existing
    state: Literal["pending", "running", "done", "failed"]
    rows_total: int
    rows_done: int = Field(description="Worked off, the failed ones included")
    rows_failed: int
    requested_by: str
    finished_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class RowFault(Model):
    pointer: str = Field(examples=["/email"])
    code: str
    message: str


class ImportRow(Model):
    """What became of one row: the same as of a single request."""

    number: int = Field(description="From 1; of a CSV file the row below the head is the first")
    outcome: Literal["created", "changed", "kept", "failed"]
    id: UUID | None = Field(description="Of the account or contact")
    code: str | None = Field(description="Of the problem, where it failed")
    detail: str | None
    errors: list[RowFault]
