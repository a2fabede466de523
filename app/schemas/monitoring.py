"""What monitoring and other systems report, in our own words or in Alertmanager's, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from app.schemas import patterns
from app.schemas.callers import Named
from app.schemas.decisions import DecisionShown
from app.schemas.fields import Count, JsonMap, Model, ShortText, Text, When
from app.schemas.requests import Name

_EXAMPLE: dict[str, Any] = {
    "type": "monitor_down",
    "server": "zeus3",
    "fingerprint": "ping-zeus3",
    "occurred_at": "2026-02-10T14:59:30Z",
}
Domain = Annotated[
    str,
    Field(strict=True, max_length=253, pattern=patterns.DOMAIN),
]


class EventKind(StrEnum):
    """What policies have rules about."""

    MONITOR_DOWN = "monitor_down"
    MONITOR_UP = "monitor_up"
    PLUGIN_SCAN = "plugin_scan"
    SECURITY_SCAN = "security_scan"
    PANEL_UPDATE = "panel_update"
    URGENT_PANEL_UPDATE = "urgent_panel_update"
    HOSTED_DOMAIN_ADDED = "hosted_domain_added"
    ABUSE_REPORT = "abuse_report"
    RESELLER_CUSTOMER_CONTACT = "reseller_customer_contact"
    TARGET_MET = "target_met"


class MonitoringEvent(Model):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    type: EventKind
    server: ShortText | None = Field(None, description="Needed for `monitor_down` and `monitor_up`")
    account: ShortText | None = Field(None, description="Number or id")
    fingerprint: ShortText | None = Field(
        None,
        description="Your name for what this is about. The same again changes nothing, until its type or "
        "`occurred_at` is another, or for a day",
    )
    occurred_at: When | None = Field(None, description="Left out, or still to come: now")
    domain: Domain | None = Field(None, description="Of `hosted_domain_added`, which needs it")
    product: Name | None = Field(None, description="Of a scan: of which product; left out: the account's, or all")
    plugin: ShortText | None = Field(None, description="What a `plugin_scan` found; left out: it has run")
    approved: Annotated[bool, Field(strict=True)] | None = Field(None, description="Null: nobody has judged it yet")
    mail_gateway: Literal["up", "down"] | None = Field(None, description="Whether mail can be sent at present")
    content: Text | None = Field(None, description="What an abuse report is about")
    count: Count | None = Field(None, description="How often it has happened")
    metric: Name | None = Field(None, description="Of `target_met`, with the next two")
    due: When | None = None
    met_at: When | None = None
    delay_code: Name | None = None
    strength: Name | None = None
    facts: JsonMap = Field({}, description="What else is known, by the names that the policy declares")


Said = Annotated[
    dict[Annotated[str, Field(max_length=255)], Annotated[str, Field(max_length=65_536)]], Field(max_length=200)
]


class Alert(BaseModel):
    """One alert as Alertmanager's webhook sends it; members that we do not use are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Literal["firing", "resolved"]
    labels: Said = {}
    annotations: Said = {}
    startsAt: When  # noqa: N815 - Alertmanager's spelling
    fingerprint: ShortText


class AlertGroup(BaseModel):
    """The body of Alertmanager's webhook, version 4."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Literal["4"] = "4"
    alerts: Annotated[list[Alert], Field(max_length=500)]


def _shape(body: Any) -> str:
    alerts = "alerts" in body if isinstance(body, dict) else isinstance(body, AlertGroup)
    return "alertmanager" if alerts else "event"


Reported = Annotated[
    Annotated[MonitoringEvent, Tag("event")] | Annotated[AlertGroup, Tag("alertmanager")], Discriminator(_shape)
]


class Noticing(StrEnum):
    """What came of a report: something new, something known already, or nothing that we understand."""

    NOTICED = "noticed"
    KNOWN = "known"
    IGNORED = "ignored"


class NoticedEvent(Model):
    id: UUID | None = Field(description="Of the event in the log; of what is known already: of the one before")
    outcome: Noticing
    detail: str | None = Field(None, description="Why it was ignored")
    type: EventKind | None
    fingerprint: str | None
    server: str | None
    account: Named | None
    occurred_at: datetime
    notice: UUID | None = Field(None, description="The incident")
    tickets_linked: int = Field(0, description="Open tickets that the incident explains from now on")
    tasks: list[UUID] = Field([], description="What is to be done by the provider's own tools or people")
    notices: list[UUID] = Field([], description="Notices to customers")
    measures: dict[str, int] = Field({}, description="Seconds since it occurred, by metric")
    responsible: str | None = Field(None, description="Number of the account that answers for this one")
    decision: DecisionShown | None = Field(None, description="What follows and why; null where nothing is new")


class NoticedAlerts(Model):
    data: list[NoticedEvent] = Field(description="One for each alert, in their order")
