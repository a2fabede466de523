"""API clients: machines that hold a secret."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint

from app.base.vocabulary import Role, Scope
from app.db.columns import Owned, Versioned, among, belongs, flag, of_provider, word, word_list, words


class ApiClient(Versioned, Owned, table=True):
    __tablename__ = "api_client"
    __table_args__ = (
        UniqueConstraint("provider_id", "name"),
        of_provider(),
        belongs("reseller_id", "reseller"),
        among("role", (Role.SERVICE, Role.RESELLER)),
        CheckConstraint("(role = 'reseller') = (reseller_id IS NOT NULL)", name="reseller"),
        CheckConstraint(
            "scopes <@ ARRAY[" + ", ".join(f"'{scope}'" for scope in Scope) + "]::text[]",
            name="scopes",
        ),
        CheckConstraint(
            "(previous_secret_hash IS NULL) = (previous_expires_at IS NULL)", name="previous_secret_expires"
        ),
    )

    name: str = words()
    role: str = word(Role.SERVICE)
    reseller_id: UUID | None = None
    scopes: list[str] = word_list()
    secret_hash: bytes
    previous_secret_hash: bytes | None = None
    """The secret before this one, still good until it expires."""
    previous_expires_at: datetime | None = None
    active: bool = flag(True)
    last_used_at: datetime | None = None
