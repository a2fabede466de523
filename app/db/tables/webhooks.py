"""Who wants to hear of events, and each thing to deliver: webhook, mail, page, or an announcement to its readers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from app.db.columns import (
    Dated,
    Owned,
    Versioned,
    among,
    belongs,
    count,
    document,
    flag,
    items,
    never_negative,
    of_provider,
    small,
    word,
    word_list,
    words,
)


class Webhook(Versioned, Owned, table=True):
    __tablename__ = "webhook"
    __table_args__ = (
        of_provider(),
        CheckConstraint("(previous_secret IS NULL) = (previous_expires_at IS NULL)", name="previous_secret_expires"),
        never_negative("failures"),
    )

    url: str = words()
    description: str | None = words(None)
    event_types: list[str] = word_list()
    """Empty: all of them."""
    secret: bytes
    """Sealed."""
    previous_secret: bytes | None = None
    previous_expires_at: datetime | None = None
    active: bool = flag(True)
    disabled_reason: str | None = words(None)
    failures: int = count()
    """Attempts in a row that failed, whatever they carried."""
    paused_until: datetime | None = None
    """Nothing is sent before then: the endpoint has failed too often."""


class Delivery(Dated, Owned, table=True):
    __tablename__ = "delivery"
    __table_args__ = (
        of_provider(),
        belongs("event_id", "event"),
        belongs("webhook_id", "webhook"),
        among("kind", ("webhook", "mail", "page", "announcement")),
        among("state", ("pending", "delivered", "dead")),
        never_negative("attempts"),
        CheckConstraint("(kind = 'webhook') = (webhook_id IS NOT NULL)", name="webhook"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_at"),
        Index("ix_delivery_pending", "next_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_dead", "provider_id", "id", postgresql_where=text("state = 'dead'")),
        Index("ix_delivery_delivered", "delivered_at", postgresql_where=text("state = 'delivered'")),
        Index("ix_delivery_webhook", "provider_id", "webhook_id", "id"),
        Index(
            "uq_delivery_webhook_event",
            "provider_id",
            "webhook_id",
            "event_id",
            unique=True,
            postgresql_where=text("kind = 'webhook'"),
        ),
        Index("ix_delivery_event", "provider_id", "event_id"),
    )

    kind: str = words()
    event_id: UUID | None = None
    webhook_id: UUID | None = None
    target: dict[str, Any] = document()
    payload: dict[str, Any] = document()
    """Frozen when it was made: each attempt sends the same."""
    state: str = word("pending")
    attempts: int = count()
    next_at: datetime
    leased_until: datetime | None = None
    last_status: int | None = small(None)
    last_error: str | None = words(None)
    attempt_log: list[Any] = items()
    """The latest attempts: when, how long, what was answered."""
    delivered_at: datetime | None = None
