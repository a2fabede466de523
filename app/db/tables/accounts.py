"""Hosting customers with the facts that policies decide by, and the domains hosted for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text

from app.db.columns import (
    Dated,
    Owned,
    Referred,
    Versioned,
    among,
    belongs,
    count,
    document,
    flag,
    items,
    lower_case,
    mapping,
    never_negative,
    of_provider,
    one_external_ref,
    word,
    words,
)


class Account(Versioned, Referred, Owned, table=True):
    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("provider_id", "number"),
        of_provider(),
        # Accounts and resellers point at each other, so this one is added once both tables stand.
        ForeignKeyConstraint(
            ["provider_id", "reseller_id"],
            ["reseller.provider_id", "reseller.id"],
            name="fk_account_reseller",
            use_alter=True,
        ),
        among("state", ("active", "on_hold", "closed")),
        never_negative("users_total", "abuse_count"),
        CheckConstraint("(state = 'on_hold') = (held_since IS NOT NULL)", name="held_since"),
        # Not unique: some may be there from before that differ in capitals alone.
        Index("ix_account_alike", "provider_id", text("lower(number)")),
        Index("ix_account_reseller", "provider_id", "reseller_id", "id"),
        Index("ix_account_hold_proposed", "provider_id", "id", postgresql_where=text("hold_proposed_at IS NOT NULL")),
        Index("ix_account_server", "provider_id", "server", postgresql_where=text("server IS NOT NULL")),
        Index(
            "ix_account_unconfirmed",
            text("coalesce(contact_info_confirmed_at, created_at)"),
            postgresql_where=text(
                "confirmation_due_told_at IS NULL"
                " OR confirmation_due_told_at < coalesce(contact_info_confirmed_at, created_at)"
            ),
        ),
        one_external_ref("account"),
    )

    number: str = words()
    holder: str = words()
    state: str = word("active")
    held_since: datetime | None = None
    held_reason: str | None = words(None)
    hold_proposed_at: datetime | None = None
    """The policy proposed a hold, and staff have not yet decided."""
    product: str | None = words(None)
    products: list[str] = items()
    """All that the account holds, where it is more than one."""
    product_variant: str | None = words(None)
    market: str | None = words(None)
    market_catalogue: list[str] | None = document(None)
    """Products sold in that market; none: all of them."""
    server: str | None = words(None)
    active: bool = flag(True)
    """The agreement is in force."""
    contact_info_current: bool = flag(True)
    contact_info_confirmed_at: datetime | None = None
    confirmation_due_told_at: datetime | None = None
    """When it was last said that a year has gone by since."""
    reseller_id: UUID | None = None
    is_reseller: bool = flag(False)
    users_total: int | None = None
    abuse_count: int = count()
    vip: list[str] = items()
    contract: dict[str, Any] | None = document(None)
    facts: dict[str, Any] = mapping()
    """Other facts that the contract or the system asserts, by their names in the policy document."""
    since: date | None = None
    """When the agreement began: the first period of what it includes."""


class HostedDomain(Dated, Owned, table=True):
    __tablename__ = "hosted_domain"
    __table_args__ = (
        UniqueConstraint("provider_id", "account_id", "name"),
        belongs("account_id", "account"),
        lower_case("name"),
        Index("ix_hosted_domain_name", "provider_id", "name"),
    )

    account_id: UUID
    name: str = words()
