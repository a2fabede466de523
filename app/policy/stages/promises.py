"""Stage target: the times this ticket is given, each with its start, its due time and how firmly it is meant."""

from datetime import datetime, time

from app.base.vocabulary import Strength, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.decision import TargetTime
from app.policy.language.promises import Target
from app.policy.situation import ContractTarget
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets.ticket_clocks import ClockTerms
from app.policy.time.clock_plans import ClockKind, usual_pauses


def target(d: Deliberation) -> None:
    """Per metric the first target that applies; a contract's own value beats it."""
    d.stage = "target"
    if d.channel is not None and d.channel.channel.targets == "none":
        return
    seen: set[str] = set()
    for promised, when in d.policy.targets:
        if promised.metric in seen or not when.holds(d.values):
            continue
        start = _start(d, promised)
        if start is None or promised.metric in d.cancelled_metrics or _is_cancelled(d, promised):
            continue
        seen.add(promised.metric)
        _promise(d, promised, start)
        d.cite(promised, promised.metric, when.reads)
        if promised.calendar is not None:
            d.cite(d.policy.document.calendars[promised.calendar], f"calendar={promised.calendar}")
    for metric, own in _contract_targets(d):
        if metric not in seen:
            _by_contract(d, metric, own, d.received_at)
    d.run("target")


def _is_cancelled(d: Deliberation, promised: Target) -> bool:
    return "billed" in promised.cancelled_by and d.coverage == "billable"


def _start(d: Deliberation, promised: Target) -> datetime | None:
    match promised.start:
        case "received":
            start: datetime | None = d.situation.completed_at or d.received_at
        case "intake_complete":
            start = d.situation.completed_at or d.received_at
        case "channel_attended":
            start = d.situation.completed_at or d.received_at
            calendar = d.channel.channel.calendar if d.channel else None
            if calendar is not None:
                start = d.calendar(calendar).next_opening(start)
        case event:
            start = d.situation.clock_starts.get(event) or _since_it_holds(d, event)
    return start


def _since_it_holds(d: Deliberation, fact: str) -> datetime | None:
    """A fact starts a clock at the instant that it states, or when it is first known to hold."""
    value = d.values.get(fact) if fact in d.policy.awaited.facts else None
    if value is None or value is False:
        return None
    return value if isinstance(value, datetime) else d.at


def _promise(d: Deliberation, promised: Target, start: datetime) -> None:
    own = dict(_contract_targets(d)).get(promised.metric)
    if own is not None and promised.overridden_by_contract:
        _by_contract(d, promised.metric, own, start, promised)
    else:
        put_on_the_clock(d, promised, start, d.entry.entry.strength if d.entry else None)


def _contract_targets(d: Deliberation) -> list[tuple[str, ContractTarget]]:
    contract = d.account.contract if d.account else None
    if contract is None or d.priority is None:
        return []
    return [(metric, by[d.priority]) for metric, by in contract.targets.items() if d.priority in by]


def _by_contract(
    d: Deliberation, metric: str, own: ContractTarget, start: datetime, promised: Target | None = None
) -> None:
    d.cite(d.policy.document.contract, f"{metric} by contract")
    calendar = promised.calendar if promised else None
    if own.kind == "business" and calendar is None:
        calendar = _business_calendar(d)
    put_on_the_clock(d, Target(metric=metric, kind=own.kind, max=own.max, calendar=calendar), start)


def _business_calendar(d: Deliberation) -> str | None:
    """The calendar that the policy's own business targets, else the channel, go by."""
    used = [t.calendar for t, _ in d.policy.targets if t.calendar and t.kind == "business"]
    return used[0] if used else d.channel.channel.calendar if d.channel else None


def put_on_the_clock(d: Deliberation, promised: Target, start: datetime, strength: Strength | None = None) -> None:
    """A target becomes a clock's terms, and the times that follow from them."""
    terms = terms_of(d.policy, promised, start, strength)
    if terms.calendar in d.policy.timetable.moving:
        terms = terms.model_copy(update={"zone": d.values.get("timezone")})
    plan = terms.plan(d.policy)
    times = plan.times
    d.clocks.append((terms, plan))
    timed = times.due_at is not None or plan.kind in (ClockKind.ELAPSED, ClockKind.BUSINESS)
    d.targets.append(
        TargetTime(
            metric=terms.metric,
            kind=terms.kind,
            clock_start=times.started_at if timed else None,
            earliest_at=times.earliest_at,
            due_at=times.due_at,
            calendar=terms.calendar,
            strength=terms.strength,
            liability=terms.liability,
        )
    )


def terms_of(policy: CompiledPolicy, promised: Target, start: datetime, strength: Strength | None) -> ClockTerms:
    liability = promised.liability
    pauses = usual_pauses(promised.metric) if promised.pauses is None else promised.pauses
    return ClockTerms(
        metric=promised.metric,
        kind=promised.kind,
        start=start,
        by=policy.numbers,
        minimum=promised.min,
        maximum=promised.max,
        days=promised.n or 1,
        calendar=promised.calendar,
        cutoff=time.fromisoformat(promised.cutoff) if promised.cutoff not in (None, "24:00") else None,
        pauses=tuple(sorted(TicketStatus(p) for p in pauses)),
        strength=strength or promised.strength or policy.document.strength,
        liability="credit" if liability is not None and not isinstance(liability, str) else liability or "unspecified",
    )


def language_in_time(d: Deliberation) -> None:
    """A language that is closed now: answered in it if it opens before the first answer is due, else followed up."""
    offered = d.policy.document.languages.get(d.language)
    if offered is None or offered.calendar is None:
        return
    calendar = d.calendar(offered.calendar)
    if calendar.is_open(d.received_at):
        return
    opens = calendar.next_opening(d.received_at)
    due = next((t.due_at for t in d.targets if t.metric == "first_response" and t.due_at), None)
    spoken = d.channel is not None and d.channel.channel.targets == "none"  # answered now or not at all
    if spoken or (due is not None and due < opens):
        later, d.language = d.language, offered.fallback or d.policy.document.locale
        if (served := d.policy.document.languages.get(d.language)) is not None:
            d.cite(served, f"language={d.language}", ("language",))
        d.emit("follow_up", language=later, **{"from": opens})
