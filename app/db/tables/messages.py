"""What was said on a ticket, and the files that came with it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from app.db.columns import Owned, among, belongs, big, document, never_negative, searched, words


class Message(Owned, table=True):
    __tablename__ = "message"
    __table_args__ = (
        belongs("ticket_id", "ticket"),
        among("visibility", ("public", "internal")),
        among("author_kind", ("contact", "reseller", "staff", "service", "system", "unlisted")),
        Index("ix_message_ticket", "provider_id", "ticket_id", "id"),
        Index("ix_message_search", "search", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}),
    )

    ticket_id: UUID
    visibility: str = words()
    author_kind: str = words()
    author_id: UUID | None = None
    author: dict[str, Any] = document()
    """Name and address, erased with the person."""
    channel: str = words()
    language: str | None = words(None)
    body: str = words()
    received_at: datetime
    created_at: datetime
    search: str | None = searched()


class Attachment(Owned, table=True):
    __tablename__ = "attachment"
    __table_args__ = (
        belongs("ticket_id", "ticket"),
        belongs("message_id", "message"),
        UniqueConstraint("storage_key"),
        never_negative("size"),
        CheckConstraint("message_id IS NULL OR ticket_id IS NOT NULL", name="message_of_a_ticket"),
        Index("ix_attachment_ticket", "provider_id", "ticket_id", "id"),
        Index("ix_attachment_message", "provider_id", "message_id"),
        Index("ix_attachment_unlinked", "created_at", postgresql_where=text("ticket_id IS NULL")),
    )

    ticket_id: UUID | None = None
    message_id: UUID | None = None
    uploaded_by: str = words()
    """The principal's key: only who uploaded a file may name it in a ticket."""
    name: str = words()
    media_type: str = words()
    size: int = big()
    digest: bytes
    storage_key: str = words()
    created_at: datetime
