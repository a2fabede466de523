"""Resellers of the provider's hosting, who speak for the accounts in their tree."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from app.db.columns import Owned, Referred, Versioned, belongs, flag, of_provider, one_external_ref, words


class Reseller(Versioned, Referred, Owned, table=True):
    __tablename__ = "reseller"
    __table_args__ = (
        UniqueConstraint("provider_id", "number"),
        of_provider(),
        belongs("parent_id", "reseller"),
        belongs("account_id", "account"),
        Index("ix_reseller_parent", "provider_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("uq_reseller_account", "provider_id", "account_id", unique=True),
        one_external_ref("reseller"),
    )

    number: str = words()
    name: str = words()
    parent_id: UUID | None = None
    account_id: UUID | None = None
    """Its own hosting account, whose listed people speak for the reseller."""
    active: bool = flag(True)
