"""The hosting providers themselves. Everything here is public: the name in a token is resolved by it."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.db.columns import Dated, flag, words


class Provider(Dated, table=True):
    __tablename__ = "provider"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("prefix"),
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{0,62}$'", name="slug"),
        CheckConstraint("prefix ~ '^[A-Z]{2,8}$'", name="prefix"),
    )

    id: UUID = Field(primary_key=True)
    slug: str = words()
    name: str = words()
    prefix: str = words()
    """Begins each ticket reference."""
    active: bool = flag(True)
