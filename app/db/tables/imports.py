"""Accounts and contacts brought in by the many."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.db.columns import (
    Owned,
    Row,
    Versioned,
    among,
    belongs,
    count,
    items,
    mapping,
    never_negative,
    of_provider,
    words,
)


class Import(Versioned, Owned, table=True):
    __tablename__ = "import"
    __table_args__ = (
        of_provider(),
        among("state", ("pending", "running", "done", "failed")),
        never_negative("rows_total", "rows_done", "rows_failed"),
        Index("ix_import_pending", "id", postgresql_where=text("state IN ('pending', 'running')")),
    )

    state: str = words()
    kind: str = words()
    options: dict[str, Any] = mapping()
    content: bytes | None = None
    """What was handed in, until it is done."""
    rows_total: int = count()
    rows_done: int = count()
    rows_failed: int = count()
    requested_by: str = words()
    leased_until: datetime | None = None
    finished_at: datetime | None = None


class ImportRow(Row, table=True):
    """What became of one row; nothing of what it said is kept."""

    __tablename__ = "import_row"
    __table_args__ = (
        belongs("import_id", "import"),
        among("outcome", ("created", "changed", "kept", "failed")),
        CheckConstraint("(outcome = 'failed') = (subject_id IS NULL)", name="subject"),
    )

    provider_id: UUID = Field(primary_key=True)
    import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    outcome: str = words()
    subject_id: UUID | None = None
    code: str | None = words(None)
    detail: str | None = words(None)
    errors: list[Any] = items()
