"""Verbs about who works on it, and on what: triage, diagnosis, identity, overrides."""

from typing import Any, Final

from app.base.vocabulary import Coverage, Outcome, TicketStatus, WorkGate
from app.policy.life import decide_again_from_the_start
from app.policy.stages.deliberation import Deliberation
from app.policy.verbs.ending import ended
from app.policy.verbs.step import (
    SPOKEN,
    Result,
    Step,
    again,
    lacking,
    refused,
    same,
    stated_facts,
    whole_minutes,
    with_facts,
)

_IDENTIFIED = frozenset({"positive", "match", "matched", "passed", "success", "confirmed", "verified"})
"""Results that say who it is; whatever else is reported leaves it open and releases nothing."""

NOT_WHO_THEY_SAY: Final = "identity_not_verified"
"""Why it is refused for good where staff have looked into who asks."""


def triage(step: Step) -> Result:
    recorded = {k: v for k, v in step.payload.items() if k in SPOKEN}
    topic = step.payload.get("topic")
    request = step.ticket.request.model_copy(update={"topic_source": "staff"}) if topic else step.ticket.request
    facts = with_facts(step, topic=topic)
    return again(step, step.ticket.changed(triage={**step.ticket.triage, **recorded}, facts=facts, request=request))


def assign(step: Step) -> Result:
    return same(step, step.ticket.changed(assignee=str(step.payload.get("staff", ""))))


def hand_over(step: Step) -> Result:
    d = step.d
    d.emit("record", of="handover", note=step.payload.get("note"))
    return assign(step)


def escalate(step: Step) -> Result:
    """To another level, where it is nobody's yet."""
    level = whole_minutes(step, "to_level") or (step.ticket.level or 0) + 1
    starts = {**step.ticket.starts, "escalated": step.at}
    return again(step, step.ticket.changed(level=level, starts=starts, assignee=None))


def transfer(step: Step) -> Result:
    """To another department, where it is nobody's yet."""
    slug = str(step.payload.get("department", ""))
    department = step.policy.document.departments.get(slug)
    level = department.level if department is not None else step.ticket.level
    starts = {**step.ticket.starts, "transferred": step.at}
    return again(step, step.ticket.changed(department=slug, level=level, starts=starts, assignee=None))


def diagnose(step: Step) -> Result:
    """The cause is known: priority, coverage and fee follow; a refusal may turn out to be the provider's own fault."""
    d = step.d
    minutes = whole_minutes(step, "estimated_minutes")
    request = step.ticket.request.model_copy(update={"topic_source": "staff"})
    if minutes is not None:
        request = request.model_copy(update={"estimated_minutes": minutes})
    facts = with_facts(step, cause=step.payload.get("cause"), estimated_minutes=minutes)
    if d.filed_as is not None and "topic" not in stated_facts(step) and _refiled(d):
        facts["topic"] = d.filed_as
    ticket = step.ticket.changed(facts=facts, request=request, starts={**step.ticket.starts, "diagnosed": step.at})
    if ticket.turn.rejected:
        ticket = ticket.changed(status=TicketStatus.OPEN, closed_at=None)
    return again(step, ticket)


def _refiled(d: Deliberation) -> bool:
    return any(c.stage == "transition" and c.effect.startswith("filed as") for c in d.citations)


def verify(step: Step) -> Result:
    """Staff have checked who asks: what was held goes on, or is refused."""
    d = step.d
    method, result = step.payload.get("method"), step.payload.get("result")
    d.emit("record", of="verification", method=method, result=result)
    if result not in _IDENTIFIED:
        decision = step.ticket.decision.changed(
            outcome=Outcome.REFUSED, reason=NOT_WHO_THEY_SAY, work_gate=WorkGate.CLOSED
        )
        return decision.changed(effects=()), ended(step).changed(decision=decision)
    facts = {**step.ticket.facts, "identity_verified": True, "verification_method": method}
    ticket = step.ticket.changed(facts=facts)
    if not step.ticket.held:
        return again(step, ticket)
    return decide_again_from_the_start(step.policy, ticket, step.desk, step.at, confirmed=True)


def availability(step: Step) -> Result:
    available = "available" if step.payload.get("available") else "unavailable"
    return again(step, step.ticket.changed(facts={**step.ticket.facts, "availability": available}))


def override(step: Step) -> Result:
    """Staff decide otherwise, with a reason on record; never over a strict exclusion. What was refused is taken up."""
    d = step.d
    field, value = str(step.payload.get("field")), str(step.payload.get("value"))
    if field == "coverage" and step.ticket.decision.strict:
        d.stage = "coverage"
        d.cite_clauses([c.clause for c in step.ticket.decision.citations if c.stage == "coverage"], "strict")
        return refused(step, "strict_exclusion")
    if _means_nothing(step, field, value):
        return lacking(step, "value")
    d.emit("record", of="override", field=field, value=value, reason=step.payload.get("reason"))
    status = TicketStatus.OPEN if step.ticket.turn.rejected else step.ticket.status
    changes: dict[str, Any] = {"facts": dict(step.ticket.facts), "status": status}
    match field:
        case "coverage":
            changes["coverage_set"] = Coverage(value)
        case "priority":
            changes["priority_set"] = value
        case "level":
            changes["level"] = int(value)
        case "department":
            changes["department"] = value
        case _:
            changes["facts"][field] = value
    return again(step, step.ticket.changed(**changes))


def _means_nothing(step: Step, field: str, value: str) -> bool:
    """Whether the policy knows no such value."""
    document = step.policy.document
    match field:
        case "coverage":
            return value not in set(Coverage)
        case "priority":
            return value not in document.priorities
        case "level":
            return not value.isdecimal()
        case "department":
            return value not in document.departments
        case _:
            return False
