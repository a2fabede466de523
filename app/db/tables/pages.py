"""People called out: who was to be told at once, who has been so far, and whether somebody has answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from app.db.columns import Owned, Versioned, among, belongs, count, flag, of_provider, word, word_list, words


class Page(Versioned, Owned, table=True):
    __tablename__ = "page"
    __table_args__ = (
        of_provider(),
        belongs("event_id", "event"),
        among("state", ("triggered", "acknowledged", "resolved")),
        CheckConstraint("(state = 'triggered') = (escalate_at IS NOT NULL)", name="escalates"),
        # About one thing an audience is called once, until it is over.
        Index(
            "uq_page_going_on",
            *("provider_id", "subject_kind", "subject_id", "audience"),
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index("ix_page_server", "provider_id", "server", postgresql_where=text("state <> 'resolved'")),
        Index("ix_page_escalation", "escalate_at", postgresql_where=text("state = 'triggered'")),
    )

    event_id: UUID
    subject_kind: str = words()
    subject_id: UUID
    server: str | None = words(None)
    audience: str = words()
    on_call: list[str] = word_list()
    """Addresses, in the order in which they are called."""
    all_at_once: bool = flag(False)
    summary: str = words()
    state: str = word("triggered")
    calls: int = count()
    """How often somebody was called; the next one in turn follows."""
    raised_at: datetime
    delivered_at: datetime | None = None
    """When the first call arrived."""
    escalate_at: datetime | None = None
    ended_by: str | None = words(None)
    """Kind and id of who acknowledged or resolved it."""
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
