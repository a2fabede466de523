"""What came of requests and promises, added up by day: what reports and counts of monitoring are read from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Date, Integer, Numeric, text
from sqlmodel import Field

from app.base.vocabulary import ClockState
from app.db.columns import Row, among, big, mapping, never_negative, of_provider, small, word, words


class Tally(Row, table=True):
    """How far a provider's log has been counted. Whoever counts holds the row."""

    __tablename__ = "tally"
    __table_args__ = (of_provider(),)

    provider_id: UUID = Field(primary_key=True)
    position: int = big()
    """Of the last event that was looked at."""
    zone: str = words()
    """Whose days they are: the time zone of the policy."""
    stale: list[date] = Field(sa_column=Column("stale", ARRAY(Date), nullable=False))
    """Days of which something has changed since they were counted."""
    scans: dict[str, Any] = mapping()
    """Of each kind of scan by product: when the last one was, in seconds since 1970."""
    looked_at: datetime
    counted_at: datetime | None = None
    """When no day was stale."""
    fees_position: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    fees_zone: str = word("")
    fees_stale: list[date] = Field(
        default_factory=list,
        sa_column=Column("fees_stale", ARRAY(Date), server_default=text("'{}'"), nullable=False),
    )
    """The same three of the tallies of fees."""


class TicketTally(Row, table=True):
    """Tickets received on a day that have the same said of them now."""

    __tablename__ = "ticket_tally"
    __table_args__ = (of_provider(), never_negative("received", "solved"))

    provider_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    outcome: str = words()
    reason: str | None = words(None)
    channel: str = words()
    priority: str | None = words(None)
    department: str | None = words(None)
    level: int | None = small(None)
    received: int
    solved: int


class ClockTally(Row, table=True):
    """Clocks of the tickets received on a day that have the same said of them now."""

    __tablename__ = "clock_tally"
    __table_args__ = (of_provider(), among("state", ClockState), never_negative("clocks"))

    provider_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    metric: str = words()
    priority: str | None = words(None)
    department: str | None = words(None)
    level: int | None = small(None)
    state: str = words()
    excused_by: str | None = words(None)
    liability: str | None = words(None)
    clocks: int
    seconds: list[int] = Field(sa_column=Column("seconds", ARRAY(Integer), nullable=False))
    """How long each took that has stopped, in its own time: medians cannot be added up."""
    counted_at: datetime


class FeeTally(Row, table=True):
    """Prices put on a day, with what became of them since, and the money of that day, of which the same is said."""

    __tablename__ = "fee_tally"
    __table_args__ = (of_provider(), never_negative("quotes", "consents", "declined", "expired"))

    provider_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    currency: str = words()
    rule: str | None = words(None)
    department: str | None = words(None)
    level: int | None = small(None)
    quotes: int
    consents: int
    declined: int
    expired: int
    quoted: Decimal = Field(sa_type=Numeric)
    consented: Decimal = Field(sa_type=Numeric)
    waived: Decimal = Field(sa_type=Numeric)
    settled: Decimal = Field(sa_type=Numeric)
    paid: Decimal = Field(sa_type=Numeric)
    refunded: Decimal = Field(sa_type=Numeric)
