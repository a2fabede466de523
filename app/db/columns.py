"""How columns and constraints are declared, so that every table says them the same way."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Row(SQLModel):
    metadata = metadata


class Owned(Row):
    """A row of one provider; its key, and every key that points at it, holds the provider's."""

    provider_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)


class Dated(Row):
    created_at: datetime
    updated_at: datetime


class Versioned(Dated):
    """`version` is the ETag, and the `seq` of the last event about the row."""

    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": text("1")})


class Referred(Row):
    """The caller's own words about the row."""

    external_ref: str | None = Field(default=None, sa_type=Text)
    metadata_: dict[str, str] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"name": "metadata", "server_default": text("'{}'")}
    )


def words(default: Any = ...) -> Any:
    return Field(default=default, sa_type=Text)


def word(default: str) -> Any:
    """A text that is never left out, with what it is when nobody says."""
    return Field(default=default, sa_type=Text, sa_column_kwargs={"server_default": text(f"'{default}'")})


def word_list() -> Any:
    return Field(
        default_factory=list,
        sa_type=ARRAY(Text),
        sa_column_kwargs={"server_default": text("'{}'")},
    )


def mapping() -> Any:
    return Field(default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})


def items() -> Any:
    return Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


def document(default: Any = ...) -> Any:
    return Field(default=default, sa_type=JSONB(none_as_null=True))


def flag(default: bool) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default).lower())})


def count() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": text("0")})


def small(default: Any = ...) -> Any:
    return Field(default=default, sa_type=SmallInteger)


def big(default: Any = ...) -> Any:
    return Field(default=default, sa_type=BigInteger)


def money(default: Any = ...) -> Any:
    extra = {"server_default": text(str(default))} if isinstance(default, Decimal) else {}
    return Field(default=default, max_digits=14, decimal_places=4, sa_column_kwargs=extra)


def searched() -> Any:
    """What text search finds a row by, made by `search_of_ticket` or `search_of_message` (migration 0022)."""
    return Field(default=None, sa_column=Column("search", TSVECTOR))


def belongs(column: str, table: str) -> ForeignKeyConstraint:
    """The other row is of the same provider."""
    return ForeignKeyConstraint(["provider_id", column], [f"{table}.provider_id", f"{table}.id"])


def of_provider() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["provider_id"], ["provider.id"])


def among(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def never_negative(*columns: str) -> CheckConstraint:
    return CheckConstraint(" AND ".join(f"{column} >= 0" for column in columns), name="never_negative")


def amounts(*columns: str) -> CheckConstraint:
    """Money: zero or more, and a number."""
    return CheckConstraint(" AND ".join(f"{column} >= 0 AND {column} < 'NaN'" for column in columns), name="amounts")


def one_external_ref(table: str) -> Index:
    """The caller's reference names one row of this kind."""
    return Index(
        f"uq_{table}_external_ref",
        "provider_id",
        "external_ref",
        unique=True,
        postgresql_where=text("external_ref IS NOT NULL"),
    )


def lower_case(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} !~ '[A-Z]'", name=f"{column}_lower_case")
