"""A report becomes an event: decided by the policy, and written with all that follows in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, Update, carry_out
from app.db.monitoring import facts_for_event
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable
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
from app.services.monitoring.reports import Report, report_of, report_of_alert
from app.services.notices.writing import new_row, told
from app.services.repeating import check_repeated, once
from app.services.tickets.view import written

_USUAL_WINDOW = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Known:
    """`row` is what the database said; `signal` what the report is about."""

    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy
    signal: UUID

    @property
    def seq(self) -> int:
        return int(self.row["last"]["seq"]) + 1 if self.row["last"] is not None else 1


async def notice_event(errand: Errand, body: MonitoringEvent) -> StoredAnswer:
    """201 where something is new, 200 where it was known already."""
    report = report_of(body, errand.now)
    return await once(lambda: _attempt(errand, report))


async def notice_alerts(errand: Errand, body: AlertGroup) -> list[bytes]:
    """Each alert by itself: whatever becomes of one, the others count; the whole may be sent again."""
    one_by_one = replace(errand, repeat=None)
    return [await _notice_alert(one_by_one, report_of_alert(alert, errand.now)) for alert in body.alerts]


async def _notice_alert(errand: Errand, report: Report) -> bytes:
    answer = await once(lambda: _attempt(errand, report))
    return answer.body


async def _attempt(errand: Errand, report: Report) -> StoredAnswer:
    known = await _gather(errand, report)
    row = known.row
    if report.is_known(row["last"], errand.now):
        return await _nothing_new(errand, known, report)
    if report.account is not None and row["account"] is None:
        if not report.alert:
            raise Problem("invalid", errors=[Fault("/account", "unknown", "There is no such account here.")])
        report = replace(report, ignored="There is no account as its label says.")
    if report.ignored is not None:
        return await _write(errand, known, report, Noticing.IGNORED, Following())
    match report.type:
        case EventKind.MONITOR_DOWN if row["incident"] is not None:
            return await _down_already(errand, known, report)
        case EventKind.MONITOR_UP:
            return await _up(errand, known, report)
        case EventKind.HOSTED_DOMAIN_ADDED if report.values["domain"] in row["account"]["hosted_domains"]:
            return await _nothing_new(errand, known, report)
        case _:
            return await _decided(errand, known, report)


# ── servers ──────────────────────────────────────────────────────────────────
async def _down_already(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    """The first report has paged; another alert only holds the incident open for longer."""
    incident = known.row["incident"]
    if not report.alert:
        return await _nothing_new(errand, known, report)
    held_by = sorted({*incident["held_by"], str(known.signal)})
    return await _held(errand, known, report, held_by)


async def _up(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    """That a server is up ends its incident; the end of an alert does when it was the last to hold it open."""
    incident = known.row["incident"]
    mine = incident is not None and str(known.signal) in incident["held_by"]
    if incident is None or (report.alert and not mine):
        if report.alert and known.row["last"] is not None:
            return await _write(errand, known, report, Noticing.KNOWN, Following())
        return await _nothing_new(errand, known, report)
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
    return await _write(errand, known, report, Noticing.KNOWN, found, update=update, notice=incident["id"])


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
    notice, count, update = None, 0, None
    if report.type is EventKind.MONITOR_DOWN:
        notice, count = _opened(errand, known, report, found)
    elif report.type is EventKind.MONITOR_UP:
        notice, update = row["incident"]["id"], _ended(errand, known, report, found)
    return await _write(
        errand, known, report, Noticing.NOTICED, found, answer=answer, update=update, notice=notice, tickets=count
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


# ── parts ────────────────────────────────────────────────────────────────────
async def _gather(errand: Errand, report: Report) -> Known:
    """One statement; a second one where the policy is new to this process and looks further back."""
    signal = report.signal(errand.provider_id, str(errand.principal.subject)) or errand.new_id()
    guess = errand.policies.last_used(errand.provider_id)
    window = _USUAL_WINDOW if guess is None else _window(guess)
    while True:
        caller, row = await facts_for_event(
            errand.database,
            errand.provider_id,
            errand.principal,
            errand.now,
            Reference.of(report.account),
            report.server,
            signal,
            errand.now - window if window else None,
            report.values.get("domain"),
            report.type is EventKind.MONITOR_DOWN,
            errand.repeat,
        )
        if caller.kind is Kind.SERVICE and Scope.EVENTS not in caller.scopes:
            raise Problem("forbidden", "This needs the scope events.")
        await check_repeated(errand, row)
        policy = await errand.policies.policy(errand.provider_id, row["version"], row["revision"])
        if _window(policy) <= window:
            return Known(caller, row, policy, signal)
        window = _window(policy)


def _window(policy: CompiledPolicy) -> timedelta:
    """How far back the rules about events look for an earlier one."""
    rules = (ready.rule for ready in policy.rules.get("event", ()))
    return max((rule.same.within for rule in rules if rule.same), default=timedelta(0))


async def _nothing_new(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    last, incident = known.row["last"], known.row["incident"]
    data = last["data"] if last is not None else {}
    notice = incident["id"] if incident is not None else data.get("notice")
    view = _view(known, report, last["id"] if last is not None else None, Noticing.KNOWN, notice=notice)
    answer = StoredAnswer(200, written(view), {})
    if errand.repeat is not None:
        await carry_out(errand.database, errand.provider_id, Command(answer=answer, repeat=errand.repeat), errand.now)
    return answer


async def _write(
    errand: Errand,
    known: Known,
    report: Report,
    outcome: Noticing,
    found: Following,
    *,
    answer: EventAnswer | None = None,
    update: Update | None = None,
    notice: str | None = None,
    tickets: int = 0,
) -> StoredAnswer:
    account = known.row["account"]
    came = {"notice": notice, "tickets_linked": tickets, "tasks": found.tasks, "notices": found.notices,
            "measures": found.measures}  # fmt: skip
    decided: dict[str, Any] = {}
    if answer is not None:
        decided = {
            "decision": jsonable(answer.decision),
            "policy_version": answer.decision.policy_version,
            "settings_revision": answer.decision.settings_revision,
        }
    data = {
        **came,
        "type": report.type,
        "outcome": outcome,
        "moment": report.moment,
        "server": report.server,
        "account_id": account["id"] if account is not None else "",
        "occurred_at": report.occurred_at,
        # What rules may look for again; what an abuse report says stands in the notice alone.
        "values": {"event": report.type, **{k: v for k, v in report.values.items() if k != "content"}},
    }
    kind = EventType.MONITORING_IGNORED if outcome is Noticing.IGNORED else EventType.MONITORING_NOTICED
    event = errand.event(kind, ("signal", known.signal), known.seq, data, **decided)
    view = _view(
        known, report, event["id"], outcome, **came, decision=decided.get("decision"),
        responsible=answer.responsible if answer is not None else None,
    )  # fmt: skip
    stored = StoredAnswer(201 if outcome is Noticing.NOTICED else 200, written(view), {})
    inserts = {**found.inserts, "event": [event, *found.inserts["event"]]}
    plan = Command(inserts, update, found.along, stored, errand.repeat, each=found.each)
    await carry_out(errand.database, errand.provider_id, plan, errand.now)
    return stored


def _view(known: Known, report: Report, id_: Any, outcome: Noticing, **more: Any) -> dict[str, Any]:
    account = known.row["account"]
    named = {"id": account["id"], "number": account["number"], "name": account["holder"]} if account else None
    return {
        "id": id_,
        "outcome": outcome,
        "detail": report.ignored,
        "type": report.type,
        "fingerprint": report.fingerprint,
        "server": report.server,
        "account": named,
        "occurred_at": report.occurred_at,
        **{"notice": None, "tickets_linked": 0, "tasks": [], "notices": [], "measures": {}, "responsible": None},
        "decision": None,
        **more,
    }
