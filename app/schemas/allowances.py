"""Help that is included, on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.schemas.decisions import Citation
from app.schemas.fields import Model


class AllowanceEntry(Model):
    kind: Literal["granted", "drawn", "carried", "expired"]
    at: datetime | None = Field(
        description="Null: granted with an agreement of which nobody has said when it began (`since` of the account)"
    )
    amount: str
    until: datetime | None = Field(description="Of a grant: when what is left of it expires")


class Allowance(Model):
    allowance: str
    unit: str = Field(examples=["minutes"])
    left: str = Field(description="What the entries come to, in the unit")
    entries: list[AllowanceEntry] = Field(description="In the order in which it happened")
    citations: list[Citation]


class Allowances(Model):
    account: str
    as_of: datetime
    data: list[Allowance] = Field(description="Those that the account may draw on, with what was granted so far")
