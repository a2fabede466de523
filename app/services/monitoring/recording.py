"""A report on record: its event with all that follows, in one statement; and what its sender is answered."""

from typing import Any

from app.base.events import EventType
from app.db.commands import Command, Update, carry_out
from app.policy.decision import jsonable
from app.policy.desk.events import EventAnswer
from app.schemas.idempotency import StoredAnswer
from app.schemas.monitoring import Noticing
from app.services.errands import Errand
from app.services.monitoring.following import Following
from app.services.monitoring.knowing import Known
from app.services.monitoring.reports import SCANS, Report
from app.services.monitoring.scans import scanned
from app.services.tickets.view import written

_EVENTS = {
    Noticing.NOTICED: EventType.MONITORING_NOTICED,
    Noticing.KNOWN: EventType.MONITORING_CONFIRMED,
    Noticing.IGNORED: EventType.MONITORING_IGNORED,
}


async def nothing_new(errand: Errand, known: Known, report: Report) -> StoredAnswer:
    last, incident = known.row["last"], known.row["incident"]
    data = last["data"] if last is not None else {}
    notice = incident["id"] if incident is not None else data.get("notice")
    view = _view(known, report, last["id"] if last is not None else None, Noticing.KNOWN, notice=notice)
    answer = StoredAnswer(200, written(view), {})
    if errand.repeat is not None:
        await carry_out(errand.database, errand.provider_id, Command(answer=answer, repeat=errand.repeat), errand.now)
    return answer


async def record(
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
        **({"detail": report.ignored} if report.ignored is not None else {}),
        "moment": report.moment,
        "server": report.server,
        "account_id": account["id"] if account is not None else "",
        "occurred_at": report.occurred_at,
        # What rules may look for again; what an abuse report says stands in the notice alone.
        "values": {"event": report.type, **{k: v for k, v in report.values.items() if k != "content"}},
    }
    if report.type in SCANS:
        data["scanned"] = scanned(report, account, errand.now)
    event = errand.event(_EVENTS[outcome], ("signal", known.signal), known.seq, data, **decided)
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
