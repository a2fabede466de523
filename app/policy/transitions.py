"""What each verb may change on a ticket, judged by the policy: (ticket, transition) -> decision and ticket."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision
from app.policy.language.promises import Department, Level
from app.policy.life import Desk, redeliberate
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets import happenings
from app.policy.tickets.ticket import Ticket
from app.policy.time.calendars import CalendarHorizonExceeded
from app.policy.verbs import ending, money, people, timing
from app.policy.verbs.authority import Authority, granted
from app.policy.verbs.step import SPOKEN, Result, Step, Transition, refused, stated_facts

Verb = Callable[[Step], Result]

VERBS: dict[str, Verb] = {
    "triage": people.triage,
    "assign": people.assign,
    "hand_over": people.hand_over,
    "escalate": people.escalate,
    "transfer": people.transfer,
    "diagnose": people.diagnose,
    "verify": people.verify,
    "availability": people.availability,
    "negotiate": timing.negotiate,
    "schedule": timing.schedule,
    "excuse": timing.excuse,
    "override": people.override,
    "quote": money.quote,
    "consent": money.consent,
    "decline": money.decline,
    "pay": money.pay,
    "waive": money.waive,
    "start_work": money.start_work,
    "record_work": money.record_work,
    "settle": money.settle,
    "resolve": ending.resolve,
    "reopen": ending.reopen,
    "close": ending.close,
    "merge": ending.merge,
}


def apply(
    policy: CompiledPolicy,
    ticket: Ticket,
    transition: Transition,
    desk: Desk,
    at: datetime,
    *,
    survivor: Ticket | None = None,
) -> Result:
    """Judge a verb by the policy and carry it out; a refused one leaves the ticket's decision as it was.

    After one that is let through, the ticket's clocks are as they stand.
    """
    step = prepared(policy, ticket, transition, desk, at, survivor)
    d = step.d
    if (refusal := forbidden(step)) is not None:
        return refusal
    if d.remembered:
        step = replace(step, ticket=ticket.changed(facts={**ticket.facts, **d.remembered}))
    event = happenings.OF_VERB.get(transition.verb)
    unmoved, step = step.ticket, _at_this(step, event)
    try:
        decision, after = VERBS[transition.verb](step)
    except CalendarHorizonExceeded as beyond:
        d.emit("warn", of="calendar_horizon_exceeded", calendar=beyond.calendar)
        return refused(step, "calendar_horizon_exceeded")
    if after is step.ticket:  # refused
        return _joined(decision, d), unmoved
    after = happenings.happened(policy, ticket, after, event, at)
    offered = [str((e.model_extra or {}).get("of")) for e in d.effects if e.type == "delay_code"]
    codes = tuple(dict.fromkeys((*after.delay_codes, *offered)))
    now = after.read_again(policy, at)
    seen = {"breach": now.breach(at), "targets": decision.targets if after.merged_into else now.targets}
    decision = decision.changed(**seen)
    return _joined(decision, d), now.changed(delay_codes=codes)


def prepared(
    policy: CompiledPolicy,
    ticket: Ticket,
    transition: Transition,
    desk: Desk,
    at: datetime,
    survivor: Ticket | None = None,
) -> Step:
    """The step with all that its rules may read."""
    d = redeliberate(policy, ticket, desk, at, transition.verb)
    step = Step(policy, ticket, transition, desk, at, d, survivor)
    d.values.update({name: value for name, value in ticket.triage.items() if value is not None})
    d.values.update(stated_facts(step))
    d.values.update({name: value for name, value in step.payload.items() if name in SPOKEN})
    d.values.update(gate=ticket.decision.work_gate.value, coverage=ticket.decision.coverage)
    d.values.update(granted(transition.by))
    return step


def forbidden(step: Step) -> Result | None:
    """The refusal where the rules about transitions let nobody, or not this person, use the verb."""
    authority = Authority(step.policy, step.ticket, step.desk, step.transition.by)
    if (lacking := authority.lacking(step.transition.verb)) is not None:
        return _not_allowed(step, lacking)
    step.d.run("transition")
    if not step.d.ended:
        return None
    decision, after = refused(step)
    return _joined(decision, step.d), after


def _at_this(step: Step, event: str | None) -> Step:
    """Clocks that begin with the event begin in the decision about it."""
    if event not in step.policy.awaited.starts or event is None:
        return step
    return replace(step, ticket=step.ticket.changed(starts={**step.ticket.starts, event: step.at}))


def _not_allowed(step: Step, reason: str) -> Result:
    """Refused for who asks: by the policy's rules about such senders, else by the clauses that the ticket rests on."""
    d, before = step.d, step.ticket.decision
    stranger = _as_sender(step) if reason == "person_not_listed" else None
    if stranger is not None and stranger.ended:
        decision, ticket = refused(replace(step, d=stranger), stranger.reason)
        return decision.changed(standing=stranger.standing), ticket
    d.stage = "sender"
    for place in _places(step) if step.transition.by.role == "staff" else ():
        d.cite(place, "not allowed")
    d.cite_clauses([c.clause for c in before.citations if c.stage in ("sender", "fee")], "not allowed")
    d.cite_clauses([] if d.citations else [c.clause for c in before.citations], "not allowed")
    return refused(step, reason)


def _places(step: Step) -> list[Level | Department]:
    """The ticket's level and department, as the policy describes them."""
    document, ticket = step.policy.document, step.ticket
    level, department = document.levels.get(ticket.level or 0), document.departments.get(ticket.department or "")
    return [place for place in (level, department) if place is not None]


def _as_sender(step: Step) -> Deliberation:
    """What would become of a message from whoever uses the verb."""
    d = redeliberate(step.policy, step.ticket, step.desk, step.at, "reply")
    d.request = d.request.model_copy(update={"sender": step.transition.by})
    admission.sender(d)
    return d


def _joined(decision: Decision, d: Deliberation) -> Decision:
    """What the transition's own rules cited, beside what the renewed decision cites."""
    news = tuple(e for e in d.effects if e not in decision.effects)
    return decision.adding(d.citations, d.assumptions, news)
