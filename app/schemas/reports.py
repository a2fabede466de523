"""Reports on the wire."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.schemas.fields import Model


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class By(StrEnum):
    """What clocks are told apart by, beside their metric."""

    PRIORITY = "priority"
    DEPARTMENT = "department"
    LEVEL = "level"


class ChangedTo(Model):
    topic: str
    tickets: int


class MisledBy(Model):
    words: str
    tickets: int


class TopicSuggested(Model):
    topic: str = Field(description="What triage put first")
    period_start: datetime
    suggested: int = Field(description="Tickets for which it was put first")
    taken: int = Field(description="Of these, those where it was sure enough to be taken")
    confirmed: int = Field(description="Of these, those where staff looked at the topic and left it")
    changed: int = Field(description="Of these, those where staff chose another topic")
    changed_share: float | None = Field(description="Changed among changed and confirmed; null where staff saw none")
    changed_to: list[ChangedTo] = Field(description="What staff chose most; where phrases are wanting")
    misled_by: list[MisledBy] = Field(description="Words that led to it where it was changed")


class TriageReport(Model):
    since: datetime
    until: datetime
    period: Period
    data: list[TopicSuggested]


class BreachesCounted(Model):
    excused_by: str | None = Field(description="The policy's code for the reason; null: nothing excuses it")
    liability: str | None
    clocks: int


class PromiseKept(Model):
    period_start: datetime
    provider: str
    metric: str
    priority: str | None = Field(description="As the ticket has it now; null where it has none, or is not asked for")
    department: str | None
    level: int | None
    clocks: int = Field(description="Of tickets received in the period")
    going: int = Field(description="Of these, those that run or wait and are not missed")
    cancelled: int
    met: int
    breached: int
    excused: int = Field(description="Of the breached, those with a reason that the policy accepts")
    attainment: float | None = Field(description="Met among met and breached; null where neither is known of any")
    attainment_without_excused: float | None = Field(description="The same, leaving out what is excused")
    median_seconds: int | None = Field(description="In the clock's own time, of those that were answered, late or not")
    p90_seconds: int | None
    breaches: list[BreachesCounted] = Field(description="By reason, the most frequent first")


class SlaReport(Model):
    provider: str
    since: datetime
    until: datetime
    period: Period
    counted_at: datetime | None = Field(description="Until when changes are counted; null: no worker has counted yet")
    data: list[PromiseKept]


class MoneyMoved(Model):
    period_start: datetime
    provider: str
    currency: str
    rule: str | None = Field(description="The tariff")
    department: str | None = Field(description="Of the ticket that it is for")
    level: int | None
    quotes: int
    consents: int
    declined: int
    expired: int
    quoted: str
    consented: str
    waived: str
    settled: str
    paid: str
    refunded: str
    consent_ratio: float | None


class FeesReport(Model):
    provider: str
    since: datetime
    until: datetime
    period: Period
    data: list[MoneyMoved]
