"""`decide`: one request through the stages, in their fixed order, to one answer with its reasons."""

from contextlib import suppress
from datetime import datetime

from app.base.vocabulary import Outcome, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decision import Citation, Decision, TargetTime
from app.policy.situation import Request, Situation
from app.policy.stages import admission, charging, classification, promises
from app.policy.stages.deliberation import Deliberation
from app.policy.time.calendars import CalendarHorizonExceeded

_ADMISSION = (
    admission.sender,
    admission.emergency,
    admission.applicability,
    admission.channel,
    admission.duplicate,
    admission.intake,
    admission.action,
)

_UNSAID = "nothing is said about it"


def decide(policy: CompiledPolicy, request: Request, situation: Situation, at: datetime) -> Decision:
    """What the policy says to this request at this instant.

    Pure and total: whatever is missing leads to a declared safe answer. `at` is aware; `situation.received_at` counts
    for what is decided by the receipt.
    """
    return answer(deliberate(policy, request, situation, at))


def deliberate(policy: CompiledPolicy, request: Request, situation: Situation, at: datetime) -> Deliberation:
    d = Deliberation(policy, request, situation, at)
    try:
        _through_the_stages(d)
    except CalendarHorizonExceeded as beyond:
        _beyond_horizon(d, beyond)
    return d


def _through_the_stages(d: Deliberation) -> None:
    admission.topic(d)
    for stage in _ADMISSION:
        stage(d)
        if d.ended:
            break
    if not d.ended or d.outcome is Outcome.HELD or d.written_up:
        classification.classify(d)
        classification.priority(d)
        classification.coverage(d)
        if not d.ended or d.outcome is Outcome.HELD or d.written_up:
            charging.fee(d)
            charging.schedule(d)
        if not d.ended or d.written_up:
            promises.target(d)
            promises.language_in_time(d)
    d.run("effects")
    d.department = d.values.get("department") or d.department


def _beyond_horizon(d: Deliberation, beyond: CalendarHorizonExceeded) -> None:
    """Nobody guesses at holidays that are not known yet: it waits for staff, and no time is given."""
    d.clocks = []
    d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    if not d.values.get("emergency.valid"):
        d.outcome, d.ended = Outcome.HELD, True
    d.reason = "calendar_horizon_exceeded"
    d.emit("warn", of="calendar_horizon_exceeded", calendar=beyond.calendar)
    with suppress(CalendarHorizonExceeded):
        d.run("effects")


def answer(d: Deliberation, targets: tuple[TargetTime, ...] | None = None) -> Decision:
    """What was settled, as a value; never without a clause. `targets`: in place of what its clocks come to."""
    refused = d.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED) and not d.written_up
    return Decision.of(
        provider=d.policy.document.provider,
        policy_version=d.policy.version,
        settings_revision=d.policy.revision,
        at=d.at,
        outcome=d.outcome,
        reason=d.reason,
        standing=d.standing,
        notify_sender=d.notify_sender,
        topic=d.topic,
        topic_source=d.request.topic_source if d.topic else None,
        topic_candidates=d.situation.topic_candidates,
        signals=d.situation.signals,
        priority=d.priority,
        department=d.department,
        level=d.level,
        language=d.language,
        targets=promises.times_given(d) if targets is None else targets,
        coverage=d.coverage,
        coverage_provisional=d.provisional,
        strict=d.strict,
        fee=None if refused else d.fee,
        work_gate=charging.work_gate(d),
        schedule=d.schedule,
        missing=d.missing,
        completeness=_completeness(d),
        recommendations=d.recommendations,
        suggestions=d.suggestions,
        redirect=d.redirect,
        effects=tuple(d.effects),
        channel=d.channel_state,
        action=d.action,
        breach=None,
        citations=cited(d),
        assumptions=d.assumptions,
    )


def cited(d: Deliberation) -> tuple[Citation, ...]:
    """Where no clause has spoken: what holds where the policy is silent, else what it says of itself."""
    if found := d.citations:
        return found
    d.cite(d.policy.document.unspecified, _UNSAID)
    if not d.citations:
        d.cite(d.policy.document.about, _UNSAID)
    return d.citations


def _completeness(d: Deliberation) -> float | None:
    """Share of what the policy asks for that is known; informative only."""
    if not d.wanted:
        return None
    return round(sum(d.known(name) for name in d.wanted) / len(d.wanted), 2)
