"""A report becomes an event: a server goes down or comes back up, something is found; the policy says what follows."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.db.commands import Update
from app.policy.desk.events import Event, EventAnswer, happened
from app.policy.pages.phrases import phrase
from app.policy.situation import EarlierEvent
from app.schemas.idempotency import StoredAnswer
from app.schemas.monitoring import AlertGroup, EventKind, MonitoringEvent, Noticing
from app.services.accounts import as_account
from app.services.errands import Errand
from app.services.facts import asserters, state
from app.services.linking import linked
from app.services.monitoring.following import Following, following
from app.services.monitoring.knowing import Known, gather
from app.services.monitoring.recording import nothing_new, record
from app.services.monitoring.reports import Report, report_of, report_of_alert
from app.services.notices.writing import new_row, told
from app.services.repeating import once

_TRIES_WITH_LINKS = 2


async def notice_event(errand: Errand, body: MonitoringEvent) -> StoredAnswer:
    """201 where something is new, 200 where it was known already."""
    return await _noticed(errand, report_of(body, errand.now))


async def notice_alerts(errand: Errand, body: AlertGroup) -> list[bytes]:
    """Each alert by itself: whatever becomes of one, the others count; the whole may be sent again."""
    one_by_one = replace(errand, repeat=None)
    answers = [await _noticed(one_by_one, report_of_alert(alert, errand.now)) for alert in body.alerts]
    return [answer.body for answer in answers]


async def _noticed(errand: Errand, report: Report) -> StoredAnswer:
    """The page matters more than the links: when busy tickets have got in the way twice, they go without."""
    tries = count()
    return await once(lambda: _attempt(errand, report, linking=next(tries) < _TRIES_WITH_LINKS))


async def _attempt(errand: Errand, report: Report, *, linking: bool) -> StoredAnswer:
    known = await gather(errand, report, linking)
    row = known.row
    if report.is_known(row["last"], errand.now):
        return await nothing_new(errand, known, report)
    product = report.values.get("product")
    if product is not None and product not in known.policy.document.products:
        if not report.alert:
            raise Problem("invalid", errors=[Fault("/product", "unknown", "The policy knows no such product.")])
        report = replace(report, ignored="The policy knows no product as its label says.")
    if report.account is not None and row["account"] is None:
        if not report.alert:
            raise Problem("invalid", errors=[Fault("/account", "unknown", "There is no such account here.")])
        report = replace(report, ignored="There is no account as its label says.")
    if report.ignored is not None:
        return await record(errand, known, report, Noticing.IGNORED, Following())
    match report.type:
        case EventKind.MONITOR_DOWN if row["incident"] is not None:
            return await _down_already(errand, known, report)
        case EventKind.MONITOR_UP:
            return await _up(errand, known, report)
        case EventKind.HOSTED_DOMAIN_ADDED if report.values["domain"] in row["account"]["hosted_domains"]:
            return await nothing_new(errand, known, report)
        case _:
            return await _decided(errand, known, report)


# ── servers ──────────────────────────────────────────────────────────────────
async def _down_already(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    """The first report has paged; another alert only holds the incident open for longer."""
    incident = known.row["incident"]
    if not report.alert:
        return await nothing_new(errand, known, report)
    held_by = sorted({*incident["held_by"], str(known.signal)})
    return await _held(errand, known, report, held_by)


async def _up(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    """That a server is up ends its incident; the end of an alert does when it was the last to hold it open."""
    incident = known.row["incident"]
    mine = incident is not None and str(known.signal) in incident["held_by"]
    if incident is None or (report.alert and not mine):
        if report.alert and known.row["last"] is not None:
            return await record(errand, known, report, Noticing.KNOWN, Following())
        return await nothing_new(errand, known, report)
    left = [signal for signal in incident["held_by"] if signal != str(known.signal)]
    if report.alert and left:
        return await _held(errand, known, report, left)
    return await _decided(errand, known, report)


async def _held(errand: Errand, known: Known, report: Report, held_by: list[str]) -> StoredAnswer:
    incident = known.row["incident"]
    found = Following()
    version = incident["version"] + 1
    found.inserts["event"].append(
        errand.event(EventType.NOTICE_CHANGED, ("notice", UUID(incident["id"])), version, {"fields": ["held_by"]})
    )
    values = {"held_by": held_by, "updated_at": errand.now}
    update = Update("notice", UUID(incident["id"]), incident["version"], values)
    return await record(errand, known, report, Noticing.KNOWN, found, update=update, notice=incident["id"])


def _opened(errand: Errand, known: Known, report: Report, found: Following) -> tuple[str, int]:
    """The incident of a server, and how many tickets it explains."""
    locale, begun = known.policy.document.locale, min(report.occurred_at, errand.now)
    row = new_row(
        errand,
        kind="incident",
        state="open",
        server=report.server,
        title=phrase("server_down", locale, report.server),
        body=phrase("server_down_seen", locale, f"{begun:%Y-%m-%d %H:%M} UTC"),
        held_by=[str(known.signal)],
        starts_at=begun,
        published_at=errand.now,
    )
    found.inserts["notice"].append(row)
    found.inserts["event"].append(errand.event(EventType.NOTICE_PUBLISHED, ("notice", row["id"]), 1, told(row)))
    values, events = linked(errand, known.row["tickets"], str(report.server), row["id"])
    found.each["ticket"] = values
    found.inserts["event"] += events
    return str(row["id"]), len(values)


def _ended(errand: Errand, known: Known, report: Report, found: Following) -> Update:
    incident = known.row["incident"]
    begun = datetime.fromisoformat(incident["starts_at"] or incident["created_at"])
    values = {
        "state": "resolved",
        "held_by": [],
        "ends_at": max(begun, min(report.occurred_at, errand.now)),
        "updated_at": errand.now,
    }
    id_, version = UUID(incident["id"]), incident["version"] + 1
    found.inserts["event"].append(
        errand.event(EventType.NOTICE_RESOLVED, ("notice", id_), version, told({**incident, **values}))
    )
    return Update("notice", id_, incident["version"], values)


# ── decided ──────────────────────────────────────────────────────────────────
async def _decided(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    answer = _answer(errand, known, report)
    row = known.row
    found = following(errand, known.policy, report, answer, row["account"], row["others"])
    notice, tickets, update = None, 0, None
    if report.type is EventKind.MONITOR_DOWN:
        notice, tickets = _opened(errand, known, report, found)
    elif report.type is EventKind.MONITOR_UP:
        notice, update = row["incident"]["id"], _ended(errand, known, report, found)
    return await record(
        errand, known, report, Noticing.NOTICED, found, answer=answer, update=update, notice=notice, tickets=tickets
    )


def _answer(errand: Errand, known: Known, report: Report) -> EventAnswer:
    row = known.row
    facts = state(known.policy, report.facts, asserters(known.caller)).all
    return happened(
        known.policy,
        Event(type=str(report.type), fields={**facts, **report.values}),
        as_account(row["account"]) if row["account"] is not None else None,
        tuple(map(as_account, row["others"])),
        tuple(row["incidents"]),
        errand.now,
        tuple(EarlierEvent(at=e["at"], values=e["values"]) for e in row["earlier"]),
    )
