"""Accounts and contacts brought in by the many."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text

from app.db.columns import Owned, Versioned, among, count, items, mapping, never_negative, of_provider, words


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
    faults: list[Any] = items()
    requested_by: str = words()
    leased_until: datetime | None = None
    finished_at: datetime | None = None
