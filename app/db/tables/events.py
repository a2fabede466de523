"""The one log: every change of anything, in order, never altered. Personal values stand elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.db.columns import Owned, big, document, mapping, words


class Event(Owned, table=True):
    __tablename__ = "event"
    # No foreign keys: the log outlives what it tells of, and each insert would lock the provider's one row.
    __table_args__ = (
        UniqueConstraint("provider_id", "subject_kind", "subject_id", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("(position IS NULL) = (seal IS NULL)", name="sealed_with_position"),
        Index("uq_event_placed", "provider_id", "position", unique=True, postgresql_where=text("position IS NOT NULL")),
        # However many workers notice it: a clock is missed once.
        Index(
            "uq_event_breach",
            *("provider_id", "subject_id", text("(data ->> 'metric')"), text("(data ->> 'cycle')")),
            unique=True,
            postgresql_where=text("type = 'ticket.breached'"),
        ),
        Index("ix_event_unsequenced", "provider_id", "transaction", "id", postgresql_where=text("position IS NULL")),
        # What was noticed of an account before: some rules take a finding that is told again for the same.
        Index(
            "ix_event_noticed",
            "provider_id",
            text("(data ->> 'account_id')"),
            "id",
            postgresql_where=text("type = 'monitoring.noticed'"),
        ),
    )

    subject_kind: str = words()
    subject_id: UUID
    seq: int = big()
    """Which change of its subject this is; also the subject's row version."""
    position: int | None = big(None)
    """Place in the provider's feed, given by the worker in commit order."""
    seal: bytes | None = None
    """Link of the audit chain: digest over the seal before it and this event."""
    transaction: int | None = Field(
        default=None,
        nullable=False,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": text("((pg_current_xact_id())::text)::bigint")},
    )
    """The database's number of the one that wrote it: what was committed before it began has a smaller one."""
    type: str = words()
    actor_kind: str = words()
    actor_id: str | None = words(None)
    on_behalf_of: UUID | None = None
    data: dict[str, Any] = mapping()
    decision: dict[str, Any] | None = document(None)
    policy_version: int | None = None
    settings_revision: int | None = None
    request_id: str | None = words(None)
    occurred_at: datetime
