"""Verbs about time: agreed turnarounds, windows, excused delays."""

from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.decision import Decision, ScheduleWindow
from app.policy.language.stating import instant
from app.policy.tickets.ticket import Excuse
from app.policy.tickets.ticket_clocks import ClockRecord, ClockTerms, started
from app.policy.verbs.step import Result, Step, again, lacking, refused, same


def negotiate(step: Step) -> Result:
    """Both sides have agreed a time: from now on it is measured."""
    d = step.d
    due = instant(step.payload.get("due_at"))
    if due is None:
        return lacking(step, "due_at")
    agreed = ClockRecord(kind="negotiated", at=step.at, due=due)
    clocks = tuple(
        line.with_records(step.policy, step.at, agreed) if line.going and line.terms.kind == "negotiated" else line
        for line in step.ticket.clocks
    )
    if clocks == step.ticket.clocks:
        terms = ClockTerms(
            metric="turnaround",
            kind="negotiated",
            start=step.at,
            by=step.policy.numbers,
            strength=step.policy.document.strength,
        )
        fresh = started(step.policy, terms, step.ticket.status, step.at)
        clocks = (*clocks, fresh.with_records(step.policy, step.at, agreed))
    for promised in step.policy.targets:
        if promised.target.kind == "negotiated" and promised.when.holds(d.values):
            d.cite(promised.target, promised.metric)
    d.emit("record", of="agreement", to=step.payload.get("agreed_with"))
    return same(step, step.ticket.changed(clocks=clocks))


def schedule(step: Step) -> Result:
    """Put the work into a window: staff's own, else the next one of the policy's calendar."""
    d = step.d
    wished = {name: instant(step.payload.get(name)) for name in ("from", "until")}
    window = ScheduleWindow.model_validate(wished) if wished["from"] is not None else None
    decision, ticket = again(step, step.ticket.changed(scheduled=True, window=window))
    if decision.schedule is None or decision.schedule.from_ is None:
        d.stage = "schedule"
        for ready in step.policy.rules.get("schedule", ()):
            d.cite(ready.rule, "not scheduled", ready.when.reads)
        return refused(step, decision.reason if decision.outcome is Outcome.REFUSED else _why_not(decision))
    status = TicketStatus.SCHEDULED if decision.work_gate is WorkGate.SCHEDULED else ticket.status
    return decision, ticket.changed(status=status)


def _why_not(decision: Decision) -> str:
    """Nobody can do it then, or nobody knows yet when the calendar is open."""
    beyond = "calendar_horizon_exceeded"
    unknown = any((e.model_extra or {}).get("of") == beyond for e in decision.effects)
    return beyond if unknown else "not_available"


def excuse(step: Step) -> Result:
    d = step.d
    metric, code = str(step.payload.get("metric")), str(step.payload.get("code"))
    excuses = step.policy.document.excuses
    d.stage = "target"
    if excuses is None or code not in excuses.codes or metric not in excuses.metrics:
        if excuses is not None:
            d.cite(excuses, "not an excuse")
        return refused(step, "refused_at_discretion")
    d.cite(excuses, f"{metric} excused: {code}")
    excused = Excuse(metric=metric, code=code, at=step.at, note=str(step.payload.get("note", "")))
    record = ClockRecord(kind="excused", at=step.at, code=code)
    clocks = tuple(
        line.with_records(step.policy, step.at, record) if line.metric == metric else line
        for line in step.ticket.clocks
    )
    return same(
        step,
        step.ticket.changed(
            clocks=clocks,
            excuses=(*step.ticket.excuses, excused),
            delay_codes=tuple(dict.fromkeys((*step.ticket.delay_codes, code))),
        ),
    )
