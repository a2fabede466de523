"""The provider's own people on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas.fields import Email, Model, ShortText, Whole
from app.schemas.requests import Name

StaffRole = Literal["staff", "admin"]
Level = Annotated[int, Field(strict=True, ge=1, le=99), Whole]
Departments = Annotated[list[Name], Field(max_length=50)]


class StaffCreate(Model):
    email: Email
    name: ShortText
    role: StaffRole = "staff"
    level: Level = 1
    departments: Departments = Field([], description="Of the policy; empty: all of them")
    supervisor: bool = Field(False, strict=True)


class StaffPatch(Model):
    """A merge patch: what is left out stays."""

    email: Email = Field("", validate_default=False)
    name: ShortText = Field("", validate_default=False)
    role: StaffRole = "staff"
    level: Level = 1
    departments: Departments = Field([], validate_default=False)
    supervisor: bool = Field(False, strict=True)


class Staff(Model):
    id: UUID
    email: str
    name: str
    role: StaffRole
    level: int
    departments: list[str]
    supervisor: bool
    active: bool
    version: int
    created_at: datetime
    updated_at: datetime
