"""Tickets on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.base.money import Money
from app.base.vocabulary import ClockState, Coverage, Outcome, QuoteStatus, TicketStatus, WorkGate
from app.schemas.callers import Named
from app.schemas.decisions import Citation, DecisionShown, FeeShown
from app.schemas.fields import JsonMap, MetadataPatch, Model, ShortText, Text, empty
from app.schemas.requests import Attachments, Name, NamedSender, Tag


class Order(StrEnum):
    """How a list of tickets is sorted."""

    NEWEST = "-created_at"
    DUE = "due_at"
    CHANGED = "-updated_at"


class TicketPatch(Model):
    """A merge patch (RFC 7396): what is left out stays, null takes away."""

    subject: ShortText = Field("", validate_default=False)
    facts: JsonMap | None = None
    language: Tag | None = None
    external_ref: ShortText | None = None
    metadata: MetadataPatch | None = None


class MessageWrite(Model):
    body: Text
    visibility: Literal["public", "internal"] = Field("public", description="`internal`: a note between staff")
    facts: JsonMap = empty(
        dict,
        description="What this adds to what is known; it decides the ticket again. Staff who ask something back say "
        "`awaits_customer: true`: the ticket waits for the customer, and clocks that pause stand still",
    )
    sender: NamedSender | None = Field(None, description="For staff and machines: who said it")
    channel: Name | None = None
    attachments: Attachments = empty(list, description="Ids of files that you uploaded")


class Requester(Model):
    contact: UUID | None
    name: str | None
    email: str | None
    user: str | None
    phone: str | None


class Assignee(Model):
    id: UUID
    name: str | None


class ClockShown(Model):
    metric: str
    cycle: int
    state: ClockState
    kind: str
    calendar: str | None
    strength: str
    liability: str | None
    excused_by: str | None
    started_at: datetime | None
    earliest_at: datetime | None
    due_at: datetime | None
    stopped_at: datetime | None


class ClockRead(ClockShown):
    consumed_seconds: int
    remaining_seconds: int | None
    overdue_seconds: int
    citations: list[Citation] = Field(description="The clauses that set such a time, as the ticket was last decided")


class ClocksRead(Model):
    ticket: UUID
    as_of: datetime
    data: list[ClockRead]


class ActionBody(Model):
    required: list[str]
    optional: list[str]
    choices: dict[str, list[str | int]] = Field(
        {}, description="What there is to choose from, where that is known beforehand", examples=[{"to_level": [1, 2]}]
    )


class AllowedAction(Model):
    """A button: what it is called, whether it may be pressed, and what is sent where."""

    action: str
    allowed: bool
    method: Literal["POST", "PATCH"] | None = None
    href: str | None = Field(None, description="Where to send it, once it may be")
    body: ActionBody | None = Field(None, description="Names of what has to be said along with it, and of what may be")
    code: str | None = None
    citations: list[Citation] | None = None


class TicketListed(Model):
    id: UUID
    reference: str = Field(examples=["NTH-7K3Q-9F2D-M4XA"])
    status: TicketStatus
    outcome: Outcome
    reason: str | None
    priority: str | None
    department: str | None
    level: int | None
    topic: str | None
    topic_source: str | None
    coverage: Coverage
    work_gate: WorkGate
    fee: FeeShown
    schedule: dict[str, Any] | None
    standing: str | None
    channel: str
    language: str | None
    subject: str
    facts: dict[str, Any]
    claimed: dict[str, Any] = Field(description="What somebody said who may not assert it; it decides nothing")
    policy_version: int
    settings_revision: int
    estimated_minutes: int | None
    worked_minutes: int
    merged_into: UUID | None
    follow_up_of: UUID | None
    incident: str | None
    breached: bool
    resolution: str | None
    external_ref: str | None
    metadata: dict[str, str]
    version: int
    received_at: datetime
    decided_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None = Field(description="The earliest due time of a running clock")
    account: Named | None
    reseller: Named | None
    requester: Requester
    assignee: Assignee | None
    clocks: list[ClockShown]


class QuoteNamed(Model):
    id: UUID
    href: str
    status: QuoteStatus
    version: int
    total: Money | None
    indicative: bool
    expires_at: datetime | None


class Redaction(Model):
    """Secrets that stood in one place of what was sent; they were struck out before anything was stored."""

    pointer: str = Field(examples=["/body"])
    kinds: list[str] = Field(examples=[["password"]], description="`password`, `api_key`, `private_key`, `card_number`")


class Ticket(TicketListed):
    quote: QuoteNamed | None = Field(description="The latest price put for it: to agree to, decline or pay")
    decision: DecisionShown
    allowed_actions: list[AllowedAction]
    redacted: list[Redaction] = Field([], description="In the answer to what was written: what was struck out of it")


class MessageAuthor(Model):
    kind: str
    id: UUID | None
    name: str | None
    email: str | None


class Message(Model):
    id: UUID
    visibility: str
    channel: str
    language: str | None
    body: str
    received_at: datetime
    created_at: datetime
    author: MessageAuthor
    attachments: list[UUID]


class MessageOfTicket(Model):
    id: UUID
    reference: str
    status: TicketStatus
    version: int


class MessageWritten(Message):
    ticket: MessageOfTicket
    follow_up_of: UUID | None = None
    redacted: list[Redaction] = Field([])


class Kinded(Model):
    kind: str
    id: str | None


class EventShown(Model):
    id: UUID
    position: int | None
    seq: int
    type: str
    occurred_at: datetime
    provider: str
    subject: Kinded
    actor: Kinded
    on_behalf_of: UUID | None
    data: dict[str, Any]


class DecisionMade(Model):
    seq: int
    event: str
    occurred_at: datetime
    actor: Kinded
    decision: DecisionShown
