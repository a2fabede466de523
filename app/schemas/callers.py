"""The caller on the wire."""

from datetime import datetime
from uuid import UUID

from app.base.vocabulary import Role, Scope
from app.schemas.fields import Model


class Named(Model):
    """How an answer names an account or a reseller."""

    id: UUID
    number: str
    name: str | None


class ProviderNamed(Model):
    slug: str
    name: str


class Me(Model):
    kind: str
    id: UUID
    role: Role
    name: str | None
    email: str | None
    login: str | None
    listed_as: str | None
    provider: ProviderNamed
    account: Named | None
    reseller: Named | None
    level: int | None
    departments: list[str]
    supervisor: bool
    scopes: list[Scope]
    may: list[str]
    expires_at: datetime | None
