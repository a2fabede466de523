"""Stage target: the times this ticket is given, each with its start, its due time and how firmly it is meant."""

from collections.abc import Mapping
from datetime import datetime

from app.base.vocabulary import Strength
from app.policy.compiled.conditions import ALWAYS
from app.policy.compiled.promises import CompiledTarget
from app.policy.decision import TargetTime
from app.policy.language.promises import Target
from app.policy.situation import ContractTarget
from app.policy.stages.deliberation import Deliberation
from app.policy.tickets.ticket_clocks import ClockTerms
from app.policy.time.clock_plans import ClockKind, ClockPlan


def target(d: Deliberation) -> None:
    """Per metric the first target that applies; a contract's own value beats it."""
    d.stage = "target"
    if d.channel is not None and not d.channel.timed:
        return
    seen: set[str] = set()
    own, values, calendars = _contract_targets(d), d.values, d.policy.document.calendars
    billed, strength = d.coverage == "billable", d.entry.strength if d.entry else None
    for promised in d.policy.targets_asked.candidates(values):
        metric = promised.metric
        if metric in seen or not promised.when.holds(values):
            continue
        start = _start(d, promised.start)
        if start is None or metric in d.cancelled_metrics or (billed and promised.until_billed):
            continue
        seen.add(metric)
        if metric in own and promised.overridden_by_contract:
            _by_contract(d, metric, own[metric], start, promised.target)
        else:
            put_on_the_clock(d, promised, start, strength)
        d.cite(promised.target, metric, promised.when.reads)
        if promised.calendar is not None:
            d.cite(calendars[promised.calendar], f"calendar={promised.calendar}")
    for metric, value in own.items():
        if metric not in seen:
            _by_contract(d, metric, value, d.received_at)
    d.run("target")


def _start(d: Deliberation, event: str) -> datetime | None:
    match event:
        case "received" | "intake_complete":
            return d.situation.completed_at or d.received_at
        case "channel_attended":
            start = d.situation.completed_at or d.received_at
            calendar = d.channel.calendar if d.channel else None
            return start if calendar is None else d.calendar(calendar).next_opening(start)
        case _:
            return d.situation.clock_starts.get(event) or _since_it_holds(d, event)


def _since_it_holds(d: Deliberation, fact: str) -> datetime | None:
    """A fact starts a clock at the instant that it states, or when it is first known to hold."""
    value = d.values.get(fact) if fact in d.policy.awaited.facts else None
    if value is None or value is False:
        return None
    return value if isinstance(value, datetime) else d.at


def _contract_targets(d: Deliberation) -> Mapping[str, ContractTarget]:
    contract = d.account.contract if d.account else None
    if contract is None or d.priority is None:
        return {}
    return {metric: by[d.priority] for metric, by in contract.targets.items() if d.priority in by}


def _by_contract(
    d: Deliberation, metric: str, own: ContractTarget, start: datetime, promised: Target | None = None
) -> None:
    d.cite(d.policy.document.contract, f"{metric} by contract")
    calendar = promised.calendar if promised else None
    if own.kind == "business" and calendar is None:
        calendar = _business_calendar(d)
    event = promised.start if promised else "received"
    agreed = Target(metric=metric, kind=own.kind, max=own.max, calendar=calendar, start=event)
    put_on_the_clock(d, CompiledTarget.of(agreed, ALWAYS, d.policy.document), start)


def _business_calendar(d: Deliberation) -> str | None:
    """The calendar that the policy's own business targets, else the channel, go by."""
    targets = (promised.target for promised in d.policy.targets)
    used = next((t.calendar for t in targets if t.calendar and t.kind == "business"), None)
    return used or (d.channel.calendar if d.channel else None)


def put_on_the_clock(
    d: Deliberation, promised: CompiledTarget, start: datetime, strength: Strength | None = None
) -> None:
    """A target becomes a clock's terms, and the plan that follows from them."""
    policy, calendar = d.policy, promised.calendar
    received = d.situation.completed_at or d.received_at
    since = received if promised.start == "channel_attended" and received != start else None
    terms = ClockTerms.of(
        metric=promised.metric,
        kind=promised.kind,
        start=start,
        since=since,
        by=policy.numbers,
        cycle=1,
        minimum=promised.minimum,
        maximum=promised.maximum,
        days=promised.days,
        calendar=calendar,
        zone=d.values.get("timezone") if calendar in policy.timetable.moving else None,
        cutoff=promised.cutoff,
        receipt_counts=promised.receipt_counts,
        due_at_opening=promised.due_at_opening,
        pauses=promised.pauses,
        strength=strength or promised.strength,
        liability=promised.liability,
    )
    d.clocks.append((terms, terms.plan(policy).with_times()))


def times_given(d: Deliberation) -> tuple[TargetTime, ...]:
    """What its clocks come to."""
    return tuple([_time_given(terms, plan) for terms, plan in d.clocks])


def _time_given(terms: ClockTerms, plan: ClockPlan) -> TargetTime:
    started_at, earliest_at, due_at = plan.times
    timed = due_at is not None or plan.kind in (ClockKind.ELAPSED, ClockKind.BUSINESS)
    return TargetTime.of(
        metric=terms.metric,
        kind=terms.kind,
        clock_start=started_at if timed else None,
        earliest_at=earliest_at,
        due_at=due_at,
        calendar=terms.calendar,
        strength=terms.strength,
        liability=terms.liability,
        status=None,
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
    ends = (plan.times.due_at for _, plan in d.clocks if plan.metric == "first_response")
    due = next((end for end in ends if end is not None), None)
    spoken = d.channel is not None and not d.channel.timed  # answered now or not at all
    if spoken or (due is not None and due < opens):
        later = d.language
        d.speak(offered.fallback or d.policy.document.locale)
        if (served := d.policy.document.languages.get(d.language)) is not None:
            d.cite(served, f"language={d.language}", ("language",))
        d.emit("follow_up", language=later, **{"from": opens})
