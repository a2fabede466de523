"""Mail as it came in, each one once, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from app.db.columns import Owned, Versioned, among, belongs, count, mapping, of_provider, words


class InboundMail(Versioned, Owned, table=True):
    __tablename__ = "inbound_mail"
    __table_args__ = (
        of_provider(),
        UniqueConstraint("provider_id", "fingerprint"),
        belongs("ticket_id", "ticket"),
        belongs("message_id", "message"),
        among("state", ("received", "processed", "ignored", "quarantined")),
        Index("ix_inbound_mail_state", "provider_id", "state", "id"),
        Index("ix_inbound_mail_message_id_header", "provider_id", "message_id_header"),
        Index("ix_inbound_mail_ticket", "provider_id", "ticket_id"),
        Index("ix_inbound_mail_message", "provider_id", "message_id"),
        Index("ix_inbound_mail_kept", "received_at", postgresql_where=text("storage_key IS NOT NULL")),
        Index("ix_inbound_mail_sender", "provider_id", "sender", "received_at"),
    )

    fingerprint: bytes
    state: str = words()
    reason: str | None = words(None)
    message_id_header: str | None = words(None)
    sender: str | None = words(None)
    authentication: str | None = words(None)
    headers: dict[str, Any] = mapping()
    storage_key: str | None = words(None)
    """Where the mail lies as it came, sealed; none: it is not kept any more."""
    ticket_id: UUID | None = None
    message_id: UUID | None = None
    received_at: datetime
    attempts: int = count()
    """How often a worker took it up, since whoever received it broke off."""
    again_at: datetime | None = None
