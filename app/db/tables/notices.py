"""Announcements: incidents, security advisories, maintenance."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text

from app.db.columns import Owned, Referred, Versioned, among, items, mapping, of_provider, one_external_ref, words


class Notice(Versioned, Referred, Owned, table=True):
    __tablename__ = "notice"
    __table_args__ = (
        of_provider(),
        among("kind", ("incident", "maintenance", "security", "announcement")),
        among("state", ("draft", "scheduled", "open", "resolved", "withdrawn")),
        CheckConstraint("ends_at >= starts_at", name="order"),
        Index("ix_notice_state", "provider_id", "state", "id"),
        Index("ix_notice_over", "provider_id", "ends_at", postgresql_where=text("state = 'resolved'")),
        # A server is down or it is not: one open incident each.
        Index(
            "uq_notice_open_incident",
            "provider_id",
            "server",
            unique=True,
            postgresql_where=text("kind = 'incident' AND state = 'open'"),
        ),
        one_external_ref("notice"),
    )

    kind: str = words()
    state: str = words()
    topic: str | None = words(None)
    title: str = words()
    body: str = words()
    server: str | None = words(None)
    """What it is about; of an incident: what is down."""
    audience: dict[str, Any] = mapping()
    """Accounts, servers and products whose customers it is for; empty: everybody."""
    held_by: list[str] = items()
    """Alerts that hold an incident open; it ends with the last of them."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    published_by: str = words()
    published_at: datetime | None = None
    mailed_at: datetime | None = None
    """When it was sent to people by mail; once in all its life."""
