"""Mail that came in, on the wire."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.base.vocabulary import Outcome, TicketStatus
from app.schemas.fields import Model


class MailState(StrEnum):
    """What became of it."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class MailsTicket(Model):
    id: UUID
    reference: str
    status: TicketStatus
    outcome: Outcome


class InboundMail(Model):
    id: UUID
    state: MailState = Field(description="`processed`: it opened a ticket or was added to one")
    reason: str | None = Field(description="Why it was ignored or put aside")
    detail: str | None
    sender: str | None
    authentication: str | None = Field(description="Whether the sender's domain vouches for it: pass, fail or none")
    subject: str | None
    size: int | None = Field(description="Bytes")
    left_out: list[str] = Field(description="Names of files that were not taken over")
    ticket: MailsTicket | None
    message: UUID | None
    received_at: datetime
