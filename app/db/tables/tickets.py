"""Tickets: one row holds what is true now, so that reading and listing need no other."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from app.base.vocabulary import Coverage, Outcome, TicketStatus, WorkGate
from app.db.columns import (
    Owned,
    Referred,
    Versioned,
    among,
    belongs,
    count,
    document,
    flag,
    mapping,
    never_negative,
    one_external_ref,
    searched,
    small,
    word_list,
    words,
)

_OPEN = text("status NOT IN ('resolved', 'closed')")
_HELPED = text("status IN ('resolved', 'closed') AND outcome = 'accepted' AND merged_into IS NULL")


class Ticket(Versioned, Referred, Owned, table=True):
    __tablename__ = "ticket"
    # The policy and settings are not foreign keys: each new ticket would lock the same few rows.
    __table_args__ = (
        UniqueConstraint("provider_id", "reference"),
        belongs("account_id", "account"),
        belongs("contact_id", "contact"),
        belongs("reseller_id", "reseller"),
        belongs("assignee_id", "staff"),
        belongs("merged_into", "ticket"),
        belongs("follow_up_of", "ticket"),
        among("status", TicketStatus),
        among("outcome", Outcome),
        among("coverage", Coverage),
        among("work_gate", WorkGate),
        never_negative("estimated_minutes", "worked_minutes"),
        CheckConstraint("level >= 0", name="level"),
        CheckConstraint("merged_into <> id AND follow_up_of <> id", name="not_its_own_kin"),
        Index("ix_ticket_account", "provider_id", "account_id", "id"),
        Index("ix_ticket_open", "provider_id", "account_id", "id", postgresql_where=_OPEN),
        Index("ix_ticket_helped", "provider_id", "account_id", "topic", postgresql_where=_HELPED),
        Index(
            "ix_ticket_of_reseller",
            *("provider_id", "reseller_id", "id"),
            postgresql_where=text("reseller_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_of_assignee",
            *("provider_id", "assignee_id", "id"),
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index("ix_ticket_received", "provider_id", "received_at"),
        Index("ix_ticket_due", "provider_id", "next_due_at", "id"),
        Index("ix_ticket_wake", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("ix_ticket_updated", "provider_id", "updated_at", "id"),
        Index("ix_ticket_queue", "provider_id", "department", "level", "id", postgresql_where=_OPEN),
        Index("ix_ticket_department", "provider_id", "department", "id"),
        # By its letters, so that what lies below a topic stands together whatever the database's language.
        Index("ix_ticket_topic", "provider_id", "topic", "id", postgresql_ops={"topic": "text_pattern_ops"}),
        Index("ix_ticket_breached", "provider_id", "id", postgresql_where=text("breached")),
        Index("ix_ticket_contact", "provider_id", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
        Index("ix_ticket_incident", "provider_id", "incident", postgresql_where=text("incident IS NOT NULL")),
        Index("ix_ticket_merged_into", "provider_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index(
            "ix_ticket_follow_up_of", "provider_id", "follow_up_of", postgresql_where=text("follow_up_of IS NOT NULL")
        ),
        one_external_ref("ticket"),
        Index("ix_ticket_search", "search", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}),
    )

    reference: str = words()
    status: str = words()
    outcome: str = words()
    reason: str | None = words(None)
    priority: str | None = words(None)
    department: str | None = words(None)
    level: int | None = small(None)
    topic: str | None = words(None)
    topic_source: str | None = words(None)
    coverage: str = words()
    work_gate: str = words()
    fee: dict[str, Any] = document()
    schedule: dict[str, Any] | None = document(None)
    account_id: UUID | None = None
    contact_id: UUID | None = None
    requester: dict[str, Any] = mapping()
    """Who asked, as they named themselves; erased with the person."""
    standing: str | None = words(None)
    assignee_id: UUID | None = None
    reseller_id: UUID | None = None
    """The reseller in whose tree the account was, or who asked on its behalf."""
    channel: str = words()
    language: str | None = words(None)
    subject: str = words()
    facts: dict[str, Any] = mapping()
    claimed: dict[str, Any] = mapping()
    """Facts from someone who may not assert them: kept, never decided by."""
    decision: dict[str, Any] = document()
    """The latest; all of them stand in the ticket's events."""
    state: dict[str, Any] = mapping()
    """What the policy has to remember of it beside the columns: money, events that clocks start from, excuses."""
    policy_version: int
    settings_revision: int
    estimated_minutes: int | None = None
    worked_minutes: int = count()
    received_at: datetime
    decided_at: datetime
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    resolution: str | None = words(None)
    merged_into: UUID | None = None
    follow_up_of: UUID | None = None
    incident: str | None = words(None)
    """Server of the open incident that it is linked to."""
    next_due_at: datetime | None = None
    """Earliest due time of its running clocks."""
    wake_at: datetime | None = None
    """When the worker looks at it next: a while is over, or a window opens."""
    woken: list[str] = word_list()
    """What it was woken for already, of what may still come up."""
    breached: bool = flag(False)
    """One of its clocks is breached on record."""
    search: str | None = searched()
