"""A provider's own goals on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.schemas.decisions import AssumptionUsed, Citation
from app.schemas.fields import Model


class Band(Model):
    min: str | None
    max: str | None


class GoalStanding(Model):
    metric: str
    value: str | None = Field(description="A decimal number; null where there is nothing to count")
    goal: Band
    status: Literal["below", "within", "above", "no_data"]
    met: bool | None
    citations: list[Citation]
    assumptions: list[AssumptionUsed]


class Overdue(Model):
    id: UUID
    reference: str
    department: str | None
    due_at: datetime


class GoalsReport(Model):
    since: datetime
    until: datetime
    as_of: datetime
    counts: dict[str, int] = Field(
        description="Of the tickets received from `since` until `until`, and of those open now (`tickets_…`)"
    )
    overdue: list[Overdue] = Field(
        description="Open tickets unanswered past their due time, the first of them; at most 100"
    )
    data: list[GoalStanding]
