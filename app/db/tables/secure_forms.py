"""Credentials handed over once: sealed when they arrive, shown to staff one time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from app.db.columns import Owned, Versioned, among, belongs, of_provider, words


class SecureForm(Versioned, Owned, table=True):
    __tablename__ = "secure_form"
    __table_args__ = (
        of_provider(),
        belongs("ticket_id", "ticket"),
        belongs("account_id", "account"),
        belongs("contact_id", "contact"),
        among("state", ("open", "filled", "revealed", "expired")),
        CheckConstraint("(state = 'filled') = (sealed IS NOT NULL)", name="sealed"),
        Index("ix_secure_form_ticket", "provider_id", "ticket_id", "id"),
        Index("ix_secure_form_account", "provider_id", "account_id", "id"),
        Index("ix_secure_form_contact", "provider_id", "contact_id", "id"),
        Index("ix_secure_form_expiry", "expires_at", postgresql_where=text("state IN ('open', 'filled')")),
    )

    ticket_id: UUID | None = None
    account_id: UUID | None = None
    contact_id: UUID | None = None
    """Who is sent the link, and counts as the one who fills it in."""
    state: str = words()
    purpose: str = words()
    sealed: bytes | None = None
    """Opens with `provider|ticket|form` only; `-` where there is no ticket."""
    requested_by: str = words()
    filled_at: datetime | None = None
    revealed_at: datetime | None = None
    revealed_by: str | None = words(None)
    expires_at: datetime
