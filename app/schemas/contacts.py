"""The people listed on accounts, on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.base.vocabulary import Role
from app.schemas.callers import Named
from app.schemas.fields import Email, Model, ShortText
from app.schemas.requests import Name, NamedSender


class ContactAdd(Model):
    role: Name = Field(
        description="A role of the policy; on the account of a reseller's customer also `reseller_customer`: "
        "whoever the reseller serves, and no listed person of yours",
        examples=["secondary"],
    )
    email: Email = Field(examples=["thandi@mailbox.example"])
    name: ShortText | None = None
    login: ShortText | None = Field(None, description="Login of the client area")
    sender: NamedSender | None = Field(None, description="For staff and machines: who asks for it")


class ContactPatch(Model):
    """A merge patch: what is left out stays."""

    email: Email = Field("", validate_default=False)
    name: ShortText | None = None
    login: ShortText | None = None
    announcements: bool = Field(True, validate_default=False, description="Whether they are sent any by mail")


class Contact(Model):
    id: UUID
    account: Named
    role: str
    token_role: Role = Field(description="Which role their token has")
    email: str | None
    login: str | None
    name: str | None
    announcements: bool = Field(description="Whether they are sent any by mail; a link in each lets them decline")
    flag: str | None = Field(description="`needs_replacement`: the address does not fit the role any more")
    version: int
    created_at: datetime
    updated_at: datetime
