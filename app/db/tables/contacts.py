"""The people listed on an account. A removed one stays as history and counts nowhere."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from app.base.vocabulary import CONTACT_ROLES
from app.db.columns import Owned, Versioned, among, belongs, lower_case, small, words

_LISTED = text("removed_at IS NULL")


class Contact(Versioned, Owned, table=True):
    __tablename__ = "contact"
    __table_args__ = (
        belongs("account_id", "account"),
        among("token_role", sorted(CONTACT_ROLES)),
        lower_case("email"),
        CheckConstraint("removed_at IS NOT NULL OR num_nonnulls(email, login, name) > 0", name="identifiable"),
        CheckConstraint("slot > 0", name="slot"),
        Index("uq_contact_email", "provider_id", "account_id", "email", unique=True, postgresql_where=_LISTED),
        Index("uq_contact_login", "provider_id", "account_id", "login", unique=True, postgresql_where=_LISTED),
        # A role with a cap numbers its people from 1 to the cap: two who come at once cannot both have the last slot.
        Index("uq_contact_slot", "provider_id", "account_id", "role", "slot", unique=True, postgresql_where=_LISTED),
        Index("ix_contact_sender", "provider_id", "email", postgresql_where=_LISTED),
        Index("ix_contact_account", "provider_id", "account_id", "id"),
    )

    account_id: UUID
    role: str = words()
    """The role's name in the policy document."""
    token_role: str = words()
    """Which of the three roles of a token it maps to."""
    slot: int | None = small(None)
    email: str | None = words(None)
    login: str | None = words(None)
    name: str | None = words(None)
    flag: str | None = words(None)
    unsubscribed_at: datetime | None = None
    """They want no announcements by mail."""
    removed_at: datetime | None = None
