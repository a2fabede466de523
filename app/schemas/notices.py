"""Notices and the public status on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.callers import Named
from app.schemas.decisions import Citation
from app.schemas.fields import Metadata, MetadataPatch, Model, ShortText, Text, When

_EXAMPLE: dict[str, Any] = {
    "kind": "maintenance",
    "title": "New disks for hera1",
    "body": "Sites on hera1 are down for up to ten minutes.",
    "server": "hera1",
}


class NoticeKind(StrEnum):
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    SECURITY = "security"
    ANNOUNCEMENT = "announcement"


class NoticeState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Audience(Model):
    """The customers of any of these; nothing at all: those on the notice's server, or else everybody."""

    accounts: Annotated[list[ShortText], Field(max_length=1000)] = Field([], description="Numbers")
    servers: Annotated[list[ShortText], Field(max_length=1000)] = Field([])
    products: Annotated[list[ShortText], Field(max_length=100)] = Field([])


class NoticeCreate(Model):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: NoticeKind
    title: ShortText
    body: Text
    topic: ShortText | None = None
    server: ShortText | None = Field(None, description="What it is about; of an incident: what is down")
    audience: Audience = Audience()
    starts_at: When | None = None
    ends_at: When | None = None
    external_ref: ShortText | None = None
    metadata: Metadata = Field({})


class NoticePatch(Model):
    """A merge patch: what is left out stays, null takes away. Whom it is for changes in a draft only."""

    title: ShortText = Field("", validate_default=False)
    body: Text = Field("", validate_default=False)
    topic: ShortText | None = None
    audience: Audience = Field(Audience(), validate_default=False)
    starts_at: When | None = None
    ends_at: When | None = None
    external_ref: ShortText | None = None
    metadata: MetadataPatch | None = None


class NoticeSchedule(Model):
    starts_at: When
    ends_at: When | None = None


class Notice(Model):
    id: UUID
    kind: NoticeKind
    state: NoticeState
    topic: str | None
    title: str
    body: str
    server: str | None
    audience: Audience
    starts_at: datetime | None
    ends_at: datetime | None
    published_at: datetime | None
    external_ref: str | None
    metadata: dict[str, str]
    version: int
    created_at: datetime
    updated_at: datetime


class Recipient(Model):
    account: Named
    included: bool
    reason: str | None = Field(description="Why the policy leaves this account out")
    letters: int = Field(description="To how many of its people it goes by mail: not to those who have unsubscribed")
    citations: list[Citation]


class PublicNotice(Model):
    id: UUID
    kind: NoticeKind
    state: NoticeState
    title: str
    body: str
    server: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    updated_at: datetime


class PublicState(StrEnum):
    """In one word. Maintenance: under way."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    INCIDENT = "incident"


class PublicStatus(Model):
    provider: str
    name: str
    state: PublicState
    incidents: list[PublicNotice] = Field(description="Open now, the newest first")
    maintenance: list[PublicNotice] = Field(description="Planned or under way, the next first")
    history: list[PublicNotice] = Field(description="Over in the last days, the latest first")
