"""Announcements: incidents, security advisories, maintenance."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text

from app.db.columns import Owned, Referred, Versioned, among, mapping, of_provider, one_external_ref, words


class Notice(Versioned, Referred, Owned, table=True):
    __tablename__ = "notice"
    __table_args__ = (
        of_provider(),
        among("state", ("draft", "scheduled", "open", "resolved", "withdrawn")),
        CheckConstraint("ends_at >= starts_at", name="order"),
        Index("ix_notice_state", "provider_id", "state", "id"),
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
    audience: dict[str, Any] = mapping()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    published_by: str = words()
