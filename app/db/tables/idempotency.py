"""Answers already given, byte for byte, so that a request that comes twice acts once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.db.columns import Row, mapping, small, words


class IdempotencyKey(Row, table=True):
    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("char_length(key) BETWEEN 1 AND 255", name="key"),
        CheckConstraint("status BETWEEN 200 AND 599", name="status"),
        Index("ix_idempotency_key_expiry", "expires_at"),
    )

    provider_id: UUID = Field(primary_key=True)
    principal: str = Field(primary_key=True, sa_type=words().sa_type)
    key: str = Field(primary_key=True, sa_type=words().sa_type)
    fingerprint: bytes
    status: int = small()
    headers: dict[str, Any] = mapping()
    body: bytes | None = None
    """Null: the answer held a secret and is not shown again."""
    created_at: datetime
    expires_at: datetime
