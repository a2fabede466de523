"""Reports on the wire."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.schemas.fields import Model


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


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
