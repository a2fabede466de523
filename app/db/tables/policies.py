"""Published policies and the operator's settings: numbered, dated, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from app.db.columns import Owned, document, items, of_provider, words


class PolicyVersion(Owned, table=True):
    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("provider_id", "number"),
        of_provider(),
        CheckConstraint("number > 0", name="number"),
        Index("ix_policy_version_in_force", "provider_id", "effective_from", "number"),
    )

    number: int
    document: str = words()
    """JSON, as text: the order of its members counts, and jsonb would lose it."""
    source: str = words()
    """The document as it was handed in."""
    digest: bytes
    effective_from: datetime
    published_by: str = words()
    warnings: list[Any] = items()
    created_at: datetime


class SettingsRevision(Owned, table=True):
    __tablename__ = "settings_revision"
    __table_args__ = (
        UniqueConstraint("provider_id", "number"),
        of_provider(),
        CheckConstraint("number > 0", name="number"),
        Index("ix_settings_revision_in_force", "provider_id", "effective_from", "number"),
    )

    number: int
    document: dict[str, Any] = document()
    effective_from: datetime
    published_by: str = words()
    created_at: datetime
