"""The queue on the wire."""

from pydantic import Field

from app.schemas.decisions import AssumptionUsed, Citation
from app.schemas.fields import Model, ShortText, Text
from app.schemas.tickets import TicketListed


class Queue(Model):
    data: list[TicketListed]
    waiting: int = Field(description="All that wait for the caller")
    unowned: int = Field(description="Of these, those that nobody has")
    overdue: int = Field(description="Of these, those past their due time")
    level_1: int = Field(description="Of these, those of the first level")
    override_requires: list[str] = Field(description="What taking another one than the next requires")
    citations: list[Citation]
    assumptions: list[AssumptionUsed]


class QueueTake(Model):
    ticket: ShortText | None = Field(None, description="Id or reference; left out: the next one")
    reason: Text | None = Field(None, description="Why this one comes first, where it is not the next")
