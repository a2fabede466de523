"""Policies and settings on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.schemas.decisions import AssumptionUsed, Citation
from app.schemas.fields import Model, ShortText, Text, When

Assumption = Annotated[str, Field(pattern=r"^A_[A-Z0-9]+_\d+$", max_length=40)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Tag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
HolidaySet = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
TopicName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
PagingAddress = Annotated[
    str,
    Field(
        strict=True,
        min_length=3,
        max_length=500,
        pattern=r"^[\x21-\x7e]+$",
        examples=["R0UT1NGKEY0000000000000000000000"],
    ),
]
"""A routing key of the paging service, which may be an address that it knows, or the URL of another one."""
_MOST = 200
Phrases = Annotated[dict[Tag, Annotated[list[ShortText], Field(max_length=_MOST)]], Field(max_length=20)]


class Closed(Model):
    date: date
    calendars: Annotated[list[Word], Field(max_length=_MOST)] = Field([])
    reason: Text | None = None


class SettingsRevise(Model):
    """The whole of the operator's settings; what is left out is settled no more."""

    effective_from: When | None = Field(None, description="Now or later; left out: now")
    assumptions: Annotated[dict[Assumption, ShortText], Field(max_length=_MOST)] = Field(
        {},
        description="By assumption: the name of an alternative, or a value of one's own",
        examples=[{"A_X_15": "keep"}],
    )
    holidays: Annotated[dict[HolidaySet, Annotated[list[date], Field(max_length=1000)]], Field(max_length=_MOST)] = (
        Field({})
    )
    closures: Annotated[list[Closed], Field(max_length=1000)] = Field([])
    on_call: Annotated[dict[Word, Annotated[list[PagingAddress], Field(max_length=_MOST)]], Field(max_length=_MOST)] = (
        Field({}, description="By audience, department or `standby`: who is called, in order")
    )
    phrases: Annotated[dict[TopicName, Phrases], Field(max_length=_MOST)] = Field(
        {},
        description="By topic and language: further words in which customers ask about it",
        examples=[{"email.quota": {"en": ["our postbox overflows"]}}],
    )
    templates: Annotated[
        dict[Word, Text | Annotated[dict[Tag, Text], Field(max_length=_MOST)]], Field(max_length=_MOST)
    ] = Field({})


class SettingsRevision(Model):
    revision: int
    effective_from: datetime | None
    published_by: str | None
    created_at: datetime | None
    assumptions: dict[str, str]
    holidays: dict[str, list[date]]
    closures: list[dict[str, Any]]
    on_call: dict[str, list[str]]
    phrases: dict[str, dict[str, list[str]]]
    templates: dict[str, Any]


class Warned(Model):
    """Something the author ought to look at."""

    level: str
    pointer: str
    code: str
    message: str


class PolicyVersion(Model):
    version: int
    effective_from: datetime
    published_by: str
    created_at: datetime
    digest: str = Field(description="SHA-256 of the document as it was handed in")
    warnings: list[Warned]


class FullPolicyVersion(PolicyVersion):
    document: dict[str, Any] = Field(description="The whole document, catalogue and holidays included")
    source: str = Field(description="The document as it was handed in")


class PolicyPublished(Model):
    version: int
    effective_from: datetime
    warnings: list[Warned]
    effects: list[dict[str, Any]] = Field(description="`notify`: the version before says that customers are told of it")
    citations: list[Citation] = Field(description="What the version before says of its change; nothing of the first")
    assumptions: list[AssumptionUsed]
    notices: list[UUID] = Field(description="Drafted where customers are to be told; staff look at them and publish")


class PolicyFault(Model):
    pointer: str
    code: str
    message: str


class PolicyValidated(Model):
    valid: bool
    errors: list[PolicyFault]
    warnings: list[Warned]


class ClauseShown(Model):
    id: str
    kind: str
    sentence: str
    strict: bool
    informative: bool = Field(description="It decides nothing")


class CustomersPolicy(Model):
    provider: str
    name: str
    version: int
    settings_revision: int
    published: date | None
    effective_from: datetime | None
    effective_until: datetime | None
    locale: str
    currency: str
    tz: str
    strength: str
    acknowledgement_required: bool
    availability: list[str]
    languages: list[dict[str, Any]]
    clauses: list[ClauseShown]
    hours: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    departments: list[dict[str, Any]]
    priorities: list[dict[str, Any]]
    promises: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    readings: list[dict[str, Any]]
