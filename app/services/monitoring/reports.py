"""A report as the desk takes it, whoever's words it came in: our own, or an alert of Alertmanager's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from app.base.errors import Fault, Problem
from app.base.unseen import is_unseen
from app.schemas.monitoring import Alert, EventKind, MonitoringEvent

SERVER_EVENTS = frozenset({EventKind.MONITOR_DOWN, EventKind.MONITOR_UP})
SCANS = frozenset({EventKind.PLUGIN_SCAN, EventKind.SECURITY_SCAN})
_STATED = (
    *("server", "domain", "product", "plugin", "approved", "mail_gateway", "content", "count", "metric"),
    *("due", "met_at", "delay_code", "strength"),
)
_NEEDED: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.MONITOR_DOWN: ("server",),
    EventKind.MONITOR_UP: ("server",),
    EventKind.HOSTED_DOMAIN_ADDED: ("account", "domain"),
    EventKind.ABUSE_REPORT: ("account",),
    EventKind.RESELLER_CUSTOMER_CONTACT: ("account",),
    EventKind.TARGET_MET: ("metric", "due", "met_at"),
}
_A_DAY = timedelta(days=1)
_SKEW = timedelta(minutes=5)
"""By so much may the sender's clock be ahead; what is told of later times says nothing of when it was."""


@dataclass(frozen=True, slots=True)
class Report:
    """`values` stand under the names that rules read; `moment` tells what comes later, where the sender says when."""

    type: EventKind | None
    occurred_at: datetime
    fingerprint: str | None = None
    moment: str = ""
    server: str | None = None
    account: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    alert: bool = False
    """One of possibly several by which a server is known to be down."""
    ignored: str | None = None
    """Why nothing can come of it."""

    @property
    def of_server(self) -> bool:
        return self.type in SERVER_EVENTS

    @property
    def empty_scan(self) -> bool:
        """It has run; what it would find is reported by itself, so each one is new."""
        return self.type in SCANS and "plugin" not in self.values

    def signal(self, provider_id: UUID, sender: str) -> UUID | None:
        """What it is about, as its sender tells such things apart; None: it stands for itself."""
        name = self.fingerprint or (f"server {self.server}" if self.of_server else None)
        return uuid5(provider_id, f"{sender}\n{name}") if name is not None else None

    def is_known(self, last: Mapping[str, Any] | None, now: datetime) -> bool:
        """Whether it was told before, or something later was: `last` is what was last told of its signal."""
        if last is None:
            return False
        before = last["data"]
        if self.moment and before["moment"]:
            return bool(self.moment <= before["moment"])
        if self.of_server or self.empty_scan or self.moment or before["moment"] or before["type"] != self.type:
            return False
        return now - datetime.fromisoformat(last["occurred_at"]) < _A_DAY


def report_of(body: MonitoringEvent, now: datetime) -> Report:
    """Problem where it lacks what such an event is about."""
    faults = [
        Fault(f"/{name}", "required", f"An event of the type {body.type} needs this.")
        for name in _needed(body)
        if getattr(body, name) is None
    ]
    if body.product is not None and body.type not in SCANS:
        faults.append(Fault("/product", "not_offered", "Only a scan is of a product."))
    if faults:
        raise Problem("invalid", errors=faults)
    values = {name: getattr(body, name) for name in _STATED if getattr(body, name) is not None}
    if body.domain is not None:
        values["domain"] = body.domain.lower()
    at = _told_time(body.occurred_at, now)
    return Report(
        type=body.type,
        occurred_at=at or now,
        fingerprint=body.fingerprint,
        moment=_moment(at, body.type) if at is not None else "",
        server=body.server,
        account=body.account,
        values=values,
        facts=body.facts,
    )


def _needed(body: MonitoringEvent) -> tuple[str, ...]:
    """What is found is found somewhere; a scan that found nothing may have been of everything."""
    if body.type is EventKind.PLUGIN_SCAN and (body.plugin is not None or body.approved is not None):
        return "account", "plugin"
    return _NEEDED.get(body.type, ())


def _told_time(at: datetime | None, now: datetime) -> datetime | None:
    """None: not told, or not to be believed. Believed, whatever comes next would be older than it for years."""
    return at if at is not None and at <= now + _SKEW else None


def _moment(at: datetime, what: str) -> str:
    """Sorts by time; what goes down comes back up after that, even within the same second."""
    return f"{at.isoformat(timespec='microseconds')} {what}"


# ── Alertmanager ─────────────────────────────────────────────────────────────
_KIND = "clausedesk_event"
_LABELS = ("account", "domain", "product", "plugin", "mail_gateway")


def report_of_alert(alert: Alert, now: datetime) -> Report:
    """By its labels: a server is down, named by `server` or `instance`, unless `clausedesk_event` says what else."""
    began = _told_time(alert.startsAt, now)
    moment = _moment(began, alert.status) if began is not None else ""
    told = Report(None, now, fingerprint=alert.fingerprint, moment=moment, alert=True)
    kind = alert.labels.get(_KIND, str(EventKind.MONITOR_DOWN))
    ended = alert.status == "resolved"
    if ended and kind == EventKind.MONITOR_DOWN:
        kind = str(EventKind.MONITOR_UP)
    elif ended:
        return replace(told, ignored="Nothing follows from the end of such an event.")
    body: dict[str, Any] = {"type": kind, "server": alert.labels.get("server") or _host(alert.labels.get("instance"))}
    if kind not in SERVER_EVENTS:
        body |= {name: alert.labels[name] for name in _LABELS if name in alert.labels}
        told_more = alert.annotations.get("description", "")
        body["content"] = None if is_unseen(told_more) else told_more
        body["approved"] = {"true": True, "false": False}.get(alert.labels.get("approved", ""))
    try:
        known = report_of(MonitoringEvent.model_validate(body), now)
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]})
        return replace(told, ignored=f"Its labels cannot be used: {', '.join(names)}.")
    except Problem as problem:
        names = [fault.pointer[1:] for fault in problem.errors]
        return replace(told, ignored=f"It lacks a label: {', '.join(names)}.")
    occurred_at = now if ended or began is None else began
    return replace(known, occurred_at=occurred_at, fingerprint=alert.fingerprint, moment=moment, alert=True)


def _host(instance: str | None) -> str | None:
    """`zeus3:9100` is about zeus3."""
    if not instance:
        return None
    host, colon, port = instance.rpartition(":")
    return host.strip("[]") if colon and port.isdigit() and host else instance
