"""Stage target: the times this ticket is given, each with its start, its due time and how firmly it is meant."""

from datetime import datetime, time, timedelta

from app.base.vocabulary import Strength
from app.policy.calendars import Calendar
from app.policy.compile import CompiledPolicy
from app.policy.decision import TargetTime
from app.policy.deliberation import Deliberation
from app.policy.document import Target
from app.policy.situation import ContractTarget

_AFTER_THE_FACT = frozenset({"received", "channel_attended", "intake_complete"})


def target(d: Deliberation) -> None:
    """Per metric the first target that applies; a contract's own value beats it."""
    d.stage = "target"
    if d.channel is not None and d.channel.channel.targets == "none":
        return
    seen: set[str] = set()
    for promised, when in d.policy.targets:
        if promised.metric in seen or not when.holds(d):
            continue
        start = _start(d, promised)
        if start is None or promised.metric in d.cancelled_metrics or _is_cancelled(d, promised):
            continue
        seen.add(promised.metric)
        d.targets.append(_with_contract(d, promised, start))
        d.cite(promised, promised.metric, when.reads)
        if promised.calendar is not None:
            d.cite(d.policy.document.calendars[promised.calendar], f"calendar={promised.calendar}")
    for metric, own in _contract_targets(d):
        if metric not in seen:
            d.targets.append(_from_contract(d, metric, own, d.received_at))
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
            start = d.situation.clock_starts.get(event)
    return start


def _with_contract(d: Deliberation, promised: Target, start: datetime) -> TargetTime:
    own = dict(_contract_targets(d)).get(promised.metric)
    if own is not None and promised.overridden_by_contract:
        return _from_contract(d, promised.metric, own, start, promised)
    return timed(d.policy, promised, start, strength=d.entry.entry.strength if d.entry else None)


def _contract_targets(d: Deliberation) -> list[tuple[str, ContractTarget]]:
    contract = d.account.contract if d.account else None
    if contract is None or d.priority is None:
        return []
    return [(metric, by[d.priority]) for metric, by in contract.targets.items() if d.priority in by]


def _from_contract(
    d: Deliberation, metric: str, own: ContractTarget, start: datetime, promised: Target | None = None
) -> TargetTime:
    d.cite(d.policy.document.contract, f"{metric} by contract")
    calendar = promised.calendar if promised else None
    if own.kind == "business" and calendar is None:
        calendar = _business_calendar(d)
    stand_in = Target(metric=metric, kind=own.kind, max=own.max, calendar=calendar)
    return timed(d.policy, stand_in, start)


def _business_calendar(d: Deliberation) -> str | None:
    """The calendar that the policy's own business targets, else the channel, go by."""
    used = [t.calendar for t, _ in d.policy.targets if t.calendar and t.kind == "business"]
    return used[0] if used else d.channel.channel.calendar if d.channel else None


def timed(policy: CompiledPolicy, promised: Target, start: datetime, *, strength: Strength | None = None) -> TargetTime:
    """A target put on the clock."""
    calendar = policy.calendar(promised.calendar) if promised.calendar else None
    begins, earliest, due = _times(promised, start, calendar)
    liability = promised.liability
    return TargetTime(
        metric=promised.metric,
        kind=promised.kind,
        clock_start=begins,
        earliest_at=earliest,
        due_at=due,
        calendar=promised.calendar,
        strength=strength or promised.strength or policy.document.strength,
        liability="credit" if liability is not None and not isinstance(liability, str) else liability or "unspecified",
    )


def _times(
    promised: Target, start: datetime, calendar: Calendar | None
) -> tuple[datetime | None, datetime | None, datetime | None]:
    match promised.kind:
        case "elapsed":
            return start, _after(start, promised.min), _after(start, promised.max)
        case "business" if calendar is not None:
            begins = calendar.next_opening(start)
            earliest = calendar.add(start, promised.min) if promised.min is not None else None
            return begins, earliest, calendar.add(start, promised.max) if promised.max is not None else None
        case "opening" if calendar is not None:
            opening = calendar.next_opening(start)
            return start, opening, opening
        case "next_business_day" | "within_business_days" | "same_business_day" if calendar is not None:
            days = 0 if promised.kind == "same_business_day" else promised.n or 1
            cutoff = time.fromisoformat(promised.cutoff) if promised.cutoff else None
            return start, None, calendar.business_day(start, days, cutoff=cutoff).closes
        case "window" if calendar is not None:
            window = calendar.window(start)
            return start, window.opens, window.closes
        case _:
            return None, None, None


def _after(start: datetime, length: timedelta | None) -> datetime | None:
    return None if length is None else start + length


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
    if due is not None and due < opens:
        later = d.language
        d.language = offered.fallback or d.policy.document.locale
        d.emit("follow_up", language=later, **{"from": opens})
