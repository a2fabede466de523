"""What was promised by when, per ticket, metric and cycle: a cache of the fold over the ticket's events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from app.base.vocabulary import ClockState, Strength
from app.db.columns import Row, among, big, document, items, never_negative, small, words


class TicketClock(Row, table=True):
    __tablename__ = "clock"
    __table_args__ = (
        ForeignKeyConstraint(["provider_id", "ticket_id"], ["ticket.provider_id", "ticket.id"]),
        among("state", ClockState),
        among("strength", Strength),
        never_negative("budget_seconds", "consumed_seconds"),
        CheckConstraint("cycle > 0", name="cycle"),
        CheckConstraint(
            "CASE WHEN stopped_at IS NULL THEN state NOT IN ('met', 'cancelled')"
            " ELSE state NOT IN ('running', 'paused') END",
            name="stopped",
        ),
        Index(
            "ix_clock_sweep",
            "due_at",
            postgresql_where=text("state IN ('running', 'breached') AND breach_announced_at IS NULL"),
        ),
        Index("ix_clock_warning", "warn_at", postgresql_where=text("state = 'running' AND warned_at IS NULL")),
        Index(
            "ix_clock_planned_by",
            *("provider_id", "settings_revision", "policy_version"),
            postgresql_where=text("stopped_at IS NULL AND settings_revision IS NOT NULL"),
        ),
    )

    provider_id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(primary_key=True)
    metric: str = Field(primary_key=True, sa_type=words().sa_type)
    cycle: int = Field(primary_key=True, sa_type=small().sa_type, sa_column_kwargs={"autoincrement": False})
    state: str = words()
    kind: str = words()
    """How the target is meant: elapsed, business, negotiated and so on."""
    calendar: str | None = words(None)
    strength: str = words()
    liability: str | None = words(None)
    started_at: datetime | None = None
    """None: a time that nobody has given a beginning, such as one still to be agreed."""
    earliest_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    consumed_seconds: int | None = big(None)
    """Used up until the last change of state; what runs since then is added when read."""
    policy_version: int | None = None
    settings_revision: int | None = None
    """With the version: whose calendars it was last laid out in. None: it goes by no calendar."""
    excused_by: str | None = words(None)
    breach_announced_at: datetime | None = None
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    updated_at: datetime
    # Read and written by nobody any more; a later release drops them.
    paused_at: datetime | None = None
    budget_seconds: int | None = big(None)
    budget: dict[str, Any] | None = document(None)
    clauses: list[str] = items()
