"""What monitoring or the system noticed: the rules about events, and what happens to accounts and incidents by them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.base.vocabulary import Strength
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Breach, Decision
from app.policy.desk.contacts import host_domain
from app.policy.language.model import Model
from app.policy.language.promises import Target
from app.policy.situation import Account, EarlierEvent, Request, Situation
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation

_NO_OBLIGATION = frozenset({Strength.NONE, Strength.GUIDELINE})


class Event(Model):
    """`type` and what belongs to it, by the names that rules read."""

    type: str
    fields: Mapping[str, Any] = {}


class EventAnswer(Model):
    """What follows, with every account as it stands after it and the servers with an open incident."""

    decision: Decision
    accounts: tuple[Account, ...] = ()
    """Those that have changed."""
    incidents: tuple[str, ...] = ()
    responsible: str | None = None
    """Number of the account that now answers for this one."""


def happened(
    policy: CompiledPolicy,
    event: Event,
    account: Account | None,
    others: Sequence[Account],
    incidents: Sequence[str],
    at: datetime,
    earlier: Sequence[EarlierEvent] = (),
) -> EventAnswer:
    """Let the rules about the event decide what follows; `earlier` are those of the same account, in any order."""
    situation = Situation(
        account=account,
        account_named=account is not None,
        incidents=tuple(incidents),
        event=event.type,
        earlier=tuple(earlier),
    )
    d = Deliberation(policy, Request(), situation, at)
    admission.topic(d)
    if account is not None:
        admission.settle_account(d)
    d.values.update({name: value for name, value in event.fields.items() if value is not None})
    d.stage = "event"
    changed: dict[str, Account] = {}
    if event.type == "hosted_domain_added" and account is not None:
        hosting, touched = host_domain(d, account, str(event.fields.get("domain")), others)
        changed |= {a.number: a for a in (hosting, *touched)}
    breach = _miss(d, event.fields) if event.type == "target_met" else None
    d.run("event")
    d.run("effects")
    follows = [(e.type, e.model_extra or {}) for e in d.effects]
    held = changed.get(account.number, account) if account is not None else None
    if held is not None and any(kind == "hold_account" and more.get("status") == "done" for kind, more in follows):
        changed[held.number] = held.model_copy(update={"state": "on_hold"})
    return EventAnswer(
        decision=answer(d).changed(breach=breach),
        accounts=tuple(changed.values()),
        incidents=_incidents(event, incidents),
        responsible=next((more["responsible"] for _, more in follows if "responsible" in more), None),
    )


def _incidents(event: Event, open_now: Sequence[str]) -> tuple[str, ...]:
    """A server that is down is an incident, whether or not the policy says what follows from it."""
    server = event.fields.get("server")
    match event.type:
        case "monitor_down" if server is not None:
            return (*open_now, str(server)) if server not in open_now else tuple(open_now)
        case "monitor_up":
            return tuple(s for s in open_now if s != server)
        case _:
            return tuple(open_now)


# ── a clock that has stopped ─────────────────────────────────────────────────
def _miss(d: Deliberation, fields: Mapping[str, Any]) -> Breach | None:
    """Later than due is a miss, exactly due is not; a delay code may excuse it and changes no verdict."""
    metric, due, met_at = fields.get("metric"), fields.get("due"), fields.get("met_at")
    if not isinstance(metric, str) or not isinstance(due, datetime) or not isinstance(met_at, datetime):
        return None
    given = _targets(d, metric)
    for target in given:
        d.cite(target, f"{metric}={'breached' if met_at > due else 'met'}")
    if met_at <= due:
        return None
    excuses, code = d.policy.document.excuses, fields.get("delay_code")
    excused = excuses is not None and code in excuses.codes and metric in excuses.metrics
    if excuses is not None and excused:
        d.cite(excuses, f"excused={code}")
    return Breach(
        metric=metric,
        late_seconds=int((met_at - due).total_seconds()),
        excused=excused,
        excused_by=str(code) if excused else None,
        liability=_liability(d, given, fields.get("strength")),
    )


def _targets(d: Deliberation, metric: str) -> list[Target]:
    """The targets that may have given this time: those whose condition holds, else every one of the metric."""
    of_metric = [(each.target, each.when) for each in d.policy.targets if each.metric == metric]
    fitting = [t for t, when in of_metric if when.holds(d.values)]
    return fitting[:1] or [t for t, _ in of_metric]


def _liability(d: Deliberation, given: Sequence[Target], strength: Any) -> str:
    """What a miss obliges to; nothing where the time was no more than a guideline."""
    if (Strength(strength) if strength else d.policy.document.strength) in _NO_OBLIGATION:
        return "none"
    said = {t.liability if isinstance(t.liability, str | None) else "credit" for t in given}
    return said.pop() or "unspecified" if len(said) == 1 else "unspecified"
