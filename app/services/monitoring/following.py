"""What follows from an event beside the incident: tasks, notices to customers, flags and holds, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.base.events import EventType
from app.db.commands import Along
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, EffectDone
from app.policy.desk.events import EventAnswer
from app.policy.pages.phrases import phrase
from app.schemas.monitoring import EventKind
from app.services.consequences import on_account
from app.services.errands import Errand
from app.services.monitoring.reports import Report
from app.services.notices.writing import new_row, told

Row = dict[str, Any]

TASKS = frozenset(
    {"task", "remove_plugin", "apply_update", "upgrade", "split", "redact", "create_ticket"}
    | {"follow_up", "staff_review", "flag", "transfer", "relay", "send_reset_link"}
)
"""Effects that the provider's own tools or people carry out."""
_SECURITY = frozenset({EventKind.PLUGIN_SCAN, EventKind.URGENT_PANEL_UPDATE, EventKind.ABUSE_REPORT})


@dataclass
class Following:
    """Rows to be written along with the event; `tasks` and `notices` are ids of what is among them."""

    inserts: dict[str, list[Row]] = field(default_factory=lambda: {"event": [], "notice": [], "hosted_domain": []})
    each: dict[str, list[Row]] = field(default_factory=dict)
    along: list[Along] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    measures: dict[str, int] = field(default_factory=dict)


def following(
    errand: Errand,
    policy: CompiledPolicy,
    report: Report,
    answer: EventAnswer,
    account: Mapping[str, Any] | None,
    others: Sequence[Mapping[str, Any]],
) -> Following:
    found = Following()
    decision = answer.decision
    for effect in decision.effects:
        if effect.type in TASKS:
            _task(errand, found, report, effect, account)
        elif effect.type == "notify":
            _notice(errand, found, policy, report, decision, effect, account)
        elif effect.type in ("measure", "page"):
            metric = (effect.model_extra or {}).get("metric", "time_to_page_seconds")
            found.measures[str(metric)] = max(0, int((errand.now - report.occurred_at).total_seconds()))
    along, events = on_account(errand, decision, account)
    found.along += along
    found.inserts["event"] += events
    if account is not None and report.type is EventKind.HOSTED_DOMAIN_ADDED:
        _domain(errand, found, report, account)
    _flags(errand, found, answer, [row for row in (account, *others) if row is not None])
    return found


def _task(
    errand: Errand, found: Following, report: Report, effect: EffectDone, account: Mapping[str, Any] | None
) -> None:
    id_ = errand.new_id()
    members = {**(effect.model_extra or {})}
    told_ = {"task": effect.type, "server": report.server, "account_id": account["id"] if account else None, **members}
    found.tasks.append(str(id_))
    found.inserts["event"].append(errand.event(EventType.TASK_REQUESTED, ("task", id_), 1, told_))


def _notice(
    errand: Errand,
    found: Following,
    policy: CompiledPolicy,
    report: Report,
    decision: Decision,
    effect: EffectDone,
    account: Mapping[str, Any] | None,
) -> None:
    """To the one account it is for, or to all; one that cannot be sent now stays a draft."""
    members = effect.model_extra or {}
    template = str(members.get("template") or report.type)
    sendable = members.get("status") != "failed"
    detail = report.values.get("plugin") or report.values.get("domain")
    said = dict.fromkeys(c.sentence for c in decision.citations if c.stage == "event")
    words = (policy.template(template) or "\n".join(said), report.values.get("content"))
    row = new_row(
        errand,
        kind="security" if report.type in _SECURITY else "announcement",
        state="open" if sendable else "draft",
        topic=template,
        title=": ".join(filter(None, (phrase(template, policy.document.locale), detail))),
        body="\n\n".join(filter(None, words)) or phrase(template, policy.document.locale),
        audience={"accounts": [_addressee(members.get("to"), account)]} if account is not None else {},
        starts_at=errand.now,
        published_at=errand.now if sendable else None,
    )
    kind = EventType.NOTICE_PUBLISHED if sendable else EventType.NOTICE_CREATED
    found.notices.append(str(row["id"]))
    found.inserts["notice"].append(row)
    found.inserts["event"].append(errand.event(kind, ("notice", row["id"]), 1, told(row)))


def _addressee(to: Any, account: Mapping[str, Any]) -> str:
    """Number of the account: its reseller's where the policy says so, else its own."""
    reseller = (account["reseller"] or {}).get("account")
    return str(to if reseller is not None and to == reseller else account["number"])


def _domain(errand: Errand, found: Following, report: Report, account: Mapping[str, Any]) -> None:
    id_, name = UUID(account["id"]), report.values["domain"]
    dated = {"created_at": errand.now, "updated_at": errand.now}
    row = {"provider_id": errand.provider_id, "id": errand.new_id(), "account_id": id_, "name": name, **dated}
    found.inserts["hosted_domain"].append(row)
    if not found.along:
        found.along.append(Along("account", {"id": account["id"]}, {"updated_at": errand.now}))
        found.inserts["event"].append(
            errand.event(
                EventType.ACCOUNT_DOMAIN_ADDED, ("account", id_), account["version"] + 1, {"domain": str(row["id"])}
            )
        )


def _flags(errand: Errand, found: Following, answer: EventAnswer, rows: Sequence[Mapping[str, Any]]) -> None:
    """People whose address does not fit their role any more."""
    of = {row["number"]: row for row in rows}
    for after in answer.accounts:
        row = of[after.number]
        for contact, listed in zip(row["contacts"], after.contacts, strict=True):
            if listed.flag == contact["flag"]:
                continue
            value = {"id": contact["id"], "flag": listed.flag, "updated_at": errand.now}
            found.each.setdefault("contact", []).append(value)
            told_ = {"account_id": row["id"], "role": contact["role"], "flag": listed.flag}
            subject = ("contact", UUID(contact["id"]))
            found.inserts["event"].append(
                errand.event(EventType.CONTACT_FLAGGED, subject, contact["version"] + 1, told_)
            )
