"""The clocks of one ticket, as they are kept: the terms each was set to, what has happened to it, how it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from app.base.vocabulary import ClockState, Strength, TicketStatus
from app.policy.compile import CompiledPolicy, Numbers
from app.policy.decision import Plain, TargetTime
from app.policy.time.calendars import ALWAYS
from app.policy.time.clock_plans import ClockKind, ClockPlan
from app.policy.time.clocks import (
    Cancelled,
    ClockEvent,
    ClockReading,
    Excused,
    Negotiated,
    Reclassified,
    Replanned,
    StatusChanged,
    Stopped,
    first_warning,
    read,
)
from app.policy.time.cycles import rederived, reopened

_KINDS: Mapping[str, ClockKind] = {kind.value: kind for kind in ClockKind}
_NOTHING = timedelta(0)
_TIMED = ("elapsed", "business", "negotiated")
"""Kinds whose beginning is told even where nothing is due."""


@dataclass(kw_only=True)
class ClockTerms(Plain):
    """What a clock is set to, in values that can be stored; the calendar is named."""

    metric: str
    kind: str
    start: datetime
    since: datetime | None = None
    """When what starts it happened, where its time begins later: with an opening."""
    by: Numbers
    """The version and revision whose calendars they are laid out in."""
    cycle: int = 1
    minimum: timedelta | None = None
    maximum: timedelta | None = None
    days: int = 1
    calendar: str | None = None
    zone: str | None = None
    """The customer's own, for a calendar that goes by it."""
    cutoff: time | None = None
    receipt_counts: bool = False
    due_at_opening: bool = False
    pauses: tuple[TicketStatus, ...] = ()
    strength: Strength = Strength.UNSPECIFIED
    liability: str = "unspecified"

    @property
    def started_by(self) -> datetime:
        """The instant of the event that starts it: the same event starts a clock once."""
        return self.since or self.start

    def again(self, policy: CompiledPolicy, **changes: Any) -> "ClockTerms":
        """The same terms, laid out in the calendars of this policy."""
        return self.changed(**changes, by=policy.numbers)

    def same_as(self, other: "ClockTerms") -> bool:
        """Whether both come to the same, whichever cycle each is for."""
        return (self if self.cycle == other.cycle else self.changed(cycle=other.cycle)) == other

    def plan(self, policy: CompiledPolicy) -> ClockPlan:
        return ClockPlan(
            metric=self.metric,
            kind=_KINDS[self.kind],
            start=self.start,
            cycle=self.cycle,
            minimum=self.minimum,
            maximum=self.maximum,
            days=self.days,
            calendar=policy.numbered(self.by).calendar(self.calendar, self.zone) if self.calendar else ALWAYS,
            cutoff=self.cutoff,
            receipt_counts=self.receipt_counts,
            due_at_opening=self.due_at_opening,
            pauses=frozenset(self.pauses),
            strength=self.strength,
            liability=self.liability,
        )


@dataclass(kw_only=True)
class ClockRecord(Plain):
    """One event of a clock."""

    kind: Literal["status", "stopped", "cancelled", "reclassified", "replanned", "negotiated", "excused"]
    at: datetime
    status: TicketStatus | None = None
    terms: ClockTerms | None = None
    due: datetime | None = None
    code: str | None = None

    def event(self, policy: CompiledPolicy, set_to: Iterable[ClockTerms] = ()) -> ClockEvent:
        """What happened to the clock; `set_to` are all terms it has had, whose calendars may have been edited."""
        match self.kind:
            case "status":
                return StatusChanged(self.at, self.status or TicketStatus.OPEN)
            case "stopped":
                return Stopped(self.at)
            case "cancelled":
                return Cancelled(self.at)
            case "negotiated":
                return Negotiated(self.at, self.due or self.at)
            case "excused":
                return Excused(self.at, self.code)
            case _:
                return self._edit(policy, set_to)

    def _edit(self, policy: CompiledPolicy, set_to: Iterable[ClockTerms]) -> ClockEvent:
        assert self.terms is not None
        plan = self.terms.plan(policy)
        if self.kind == "reclassified":
            return Reclassified(self.at, plan)
        now = policy.numbered(self.terms.by)
        edited = (now.calendar(t.calendar, t.zone) for t in set_to if now.has_calendar(t.calendar))
        return Replanned(self.at, plan, tuple(edited))


@dataclass(kw_only=True)
class ClockLine(Plain):
    """One clock of a ticket. `target`, `state` and `stopped_at` are its reading at the last change."""

    terms: ClockTerms
    records: tuple[ClockRecord, ...] = ()
    target: TargetTime
    state: ClockState = ClockState.RUNNING
    stopped_at: datetime | None = None
    excused_by: str | None = None
    used: timedelta = timedelta(0)
    """How much of its time had passed at the last change, in open time of its own calendar."""
    late: timedelta = timedelta(0)
    """By how much it is or was overdue, in open time of its own calendar."""
    warn_at: datetime | None = None
    """When to remind staff that it falls due; in its own open time."""

    @property
    def metric(self) -> str:
        return self.terms.metric

    @property
    def going(self) -> bool:
        return self.stopped_at is None and self.state is not ClockState.CANCELLED

    @property
    def agreed(self) -> bool:
        """Whether its time was agreed with the customer: no rule has to ask for it."""
        return any(record.kind == "negotiated" for record in self.records)

    @property
    def set_to(self) -> tuple[ClockTerms, ...]:
        """All terms it has had, the first ones first."""
        return self.terms, *(record.terms for record in self.records if record.terms is not None)

    @property
    def latest(self) -> ClockTerms:
        """The terms in force."""
        for record in reversed(self.records):
            if record.terms is not None:
                return record.terms
        return self.terms

    def planned_by(self, policy: CompiledPolicy) -> bool:
        """Whether it goes by the calendars of this policy, or by none."""
        return self.latest.by == policy.numbers or all(terms.calendar is None for terms in self.set_to)

    def read(self, policy: CompiledPolicy, at: datetime) -> ClockReading:
        set_to = self.set_to
        return read(self.terms.plan(policy), [r.event(policy, set_to) for r in self.records], at)

    def current(self, policy: CompiledPolicy, at: datetime) -> "ClockLine":
        """As it stands at this instant: the same where it has ended, was just read, or runs and is not overdue."""
        return self if self._stands(at) else self.with_records(policy, at)

    def _stands(self, at: datetime) -> bool:
        if not self.going or (self.records and self.records[-1].at == at):
            return True
        due = self.target.due_at
        return self.state is ClockState.RUNNING and (due is None or at <= due)

    def with_records(self, policy: CompiledPolicy, at: datetime, *more: ClockRecord) -> "ClockLine":
        """The clock after these events, read at this instant."""
        longer = self.changed(records=(*self.records, *more)) if more else self
        return longer.changed(**_standing(longer.read(policy, at), longer.latest))


def _standing(reading: ClockReading, terms: ClockTerms) -> dict[str, Any]:
    """What a line keeps of its reading."""
    return {
        "target": _shown(reading, terms),
        "state": reading.state,
        "stopped_at": reading.stopped_at,
        "excused_by": reading.excused_by,
        "used": reading.consumed,
        "late": reading.overdue,
        "warn_at": reading.warn_at,
    }


def _shown(reading: ClockReading, terms: ClockTerms) -> TargetTime:
    timeless = reading.due_at is None and terms.kind not in _TIMED
    return TargetTime.of(
        metric=reading.metric,
        kind=terms.kind,
        clock_start=None if timeless else reading.started_at,
        earliest_at=reading.earliest_at,
        due_at=reading.due_at,
        calendar=terms.calendar,
        strength=reading.strength,
        liability=reading.liability,
        status=reading.state,
    )


def in_force(lines: Iterable[ClockLine]) -> tuple[TargetTime, ...]:
    """The times that these clocks give, one per metric: the latest cycle that was not cancelled."""
    return tuple({line.terms.metric: line.target for line in lines if line.state is not ClockState.CANCELLED}.values())


def started(
    policy: CompiledPolicy, terms: ClockTerms, status: TicketStatus, at: datetime, plan: ClockPlan | None = None
) -> ClockLine:
    """A clock that begins; it stands still at once if the ticket is in a state in which it does.

    `plan`: what the terms come to, where that is known already.
    """
    plan = plan or terms.plan(policy)
    record = ClockRecord(kind="status", at=min(at, terms.start), status=status)
    due = plan.times.due_at
    if at > terms.start or (due is not None and due < terms.start):
        reading = read(plan, [record.event(policy)], at)
        return ClockLine.of(terms=terms, records=(record,), **_standing(reading, terms))
    return _unspent(terms, plan, record)


def _unspent(terms: ClockTerms, plan: ClockPlan, record: ClockRecord) -> ClockLine:
    """A clock of whose time nothing has passed, as reading it would show it."""
    started_at, earliest_at, due_at = plan.times
    state = ClockState.PAUSED if record.status in plan.pauses else ClockState.RUNNING
    timeless = due_at is None and terms.kind not in _TIMED
    target = TargetTime.of(
        metric=terms.metric,
        kind=terms.kind,
        clock_start=None if timeless else started_at.astimezone(UTC),
        earliest_at=earliest_at,
        due_at=due_at,
        calendar=terms.calendar,
        strength=terms.strength,
        liability=terms.liability,
        status=state,
    )
    return ClockLine.of(
        terms=terms,
        records=(record,),
        target=target,
        state=state,
        stopped_at=None,
        excused_by=None,
        used=_NOTHING,
        late=_NOTHING,
        warn_at=first_warning(plan),
    )


def stopped(
    policy: CompiledPolicy, lines: Sequence[ClockLine], metrics: frozenset[str] | None, at: datetime
) -> tuple[ClockLine, ...]:
    """What these clocks (or all) measure has happened: met up to the due time, breached after it."""
    end = ClockRecord(kind="stopped", at=at)
    return tuple(
        line.with_records(policy, at, end) if line.going and (metrics is None or line.metric in metrics) else line
        for line in lines
    )


def cancelled(policy: CompiledPolicy, lines: Sequence[ClockLine], at: datetime) -> tuple[ClockLine, ...]:
    end = ClockRecord(kind="cancelled", at=at)
    return tuple(line.with_records(policy, at, end) if line.going else line for line in lines)


def with_status(
    policy: CompiledPolicy, lines: Sequence[ClockLine], status: TicketStatus, at: datetime
) -> tuple[ClockLine, ...]:
    """Pauses belong to the ticket: every clock hears of its status."""
    change = ClockRecord(kind="status", at=at, status=status)
    return tuple(line.with_records(policy, at, change) if line.going else line for line in lines)


def taken_up_again(policy: CompiledPolicy, lines: Sequence[ClockLine], at: datetime) -> tuple[ClockLine, ...]:
    """A reopened ticket goes on with what was left of its resolve clock; verdicts given stay."""
    more = []
    for line in [line for line in lines if line.metric == "resolve"][-1:]:
        following = reopened(line.terms.plan(policy), line.read(policy, at), at)
        if following is not None:
            terms = line.terms.again(
                policy,
                cycle=following.cycle,
                start=at,
                kind=following.kind.value,
                minimum=following.minimum,
                maximum=following.maximum,
            )
            more.append(started(policy, terms, TicketStatus.OPEN, at))
    return (*lines, *more)


def carried_on(
    policy: CompiledPolicy,
    lines: Sequence[ClockLine],
    wanted: Sequence[tuple[ClockTerms, ClockPlan]],
    status: TicketStatus,
    at: datetime,
) -> tuple[ClockLine, ...]:
    """The clocks after the rules have been asked again: they go on, are reclassified, begin, or end with an event.

    `wanted`: terms with what they come to.
    """
    asked = {terms.metric: terms for terms, _ in wanted}
    if _as_asked(lines, asked, at):
        return tuple(lines)
    plans = {terms.metric: plan for terms, plan in wanted}
    after = list(lines)
    for index, line in enumerate(after):
        fresh = asked.get(line.metric)
        if line.going and fresh is not None and fresh.started_by != line.terms.started_by and fresh.start >= at:
            after[index] = line.with_records(policy, at, ClockRecord(kind="cancelled", at=at))
    running = {
        line.metric: (i, line)
        for i, line in enumerate(after)
        if line.going and (line.metric in asked or not line.agreed)
    }
    judged = [line for line in after if not line.going and line.state is not ClockState.CANCELLED]
    due = {m: t for m, t in asked.items() if m in running or _begins(t, [j for j in judged if j.metric == m], at)}
    if due.keys() == running.keys() and all(due[m].same_as(line.latest) for m, (_, line) in running.items()):
        return tuple(after)
    change = rederived([line.latest.plan(policy) for _, line in running.values()], [plans[metric] for metric in due])
    for plan in change.reclassified:
        index, line = running[plan.metric]
        terms = due[plan.metric].changed(cycle=plan.cycle)
        after[index] = line.with_records(policy, at, ClockRecord(kind="reclassified", at=at, terms=terms))
    for plan in change.cancelled:
        index, line = running[plan.metric]
        after[index] = line.with_records(policy, at, ClockRecord(kind="cancelled", at=at))
    for plan in change.started:
        cycle = 1 + sum(line.metric == plan.metric for line in after)
        terms = due[plan.metric].changed(cycle=cycle, start=max(plan.start, at))
        after.append(started(policy, terms, status, at))
    return tuple(after)


def _as_asked(lines: Sequence[ClockLine], asked: Mapping[str, ClockTerms], at: datetime) -> bool:
    """Whether what is asked for is what runs, and nothing else does or did: the usual case, and the cheapest."""
    if len(lines) != len(asked):
        return False
    met = set[str]()
    for line in lines:
        fresh = asked.get(line.terms.metric)
        if fresh is None or not line.going or not fresh.same_as(line.latest):
            return False
        if fresh.start >= at and fresh.started_by != line.terms.started_by:
            return False
        met.add(line.terms.metric)
    return len(met) == len(lines)


def replanned(policy: CompiledPolicy, lines: Sequence[ClockLine], at: datetime) -> tuple[ClockLine, ...]:
    """The clocks under the version and settings in force: those that still go lay out anew what is left of them.

    It counts from when these took effect, and a verdict given by then stays. The policy must know what the clocks
    were planned by.
    """
    return tuple(line if line.planned_by(policy) or not line.going else _laid_out(policy, line, at) for line in lines)


def _laid_out(policy: CompiledPolicy, line: ClockLine, at: datetime) -> ClockLine:
    if line.latest.calendar is not None and not policy.has_calendar(line.latest.calendar):
        return line
    begun = min(policy.since or at, at)
    last = max((record.at for record in line.records), default=begun)
    edit = ClockRecord(kind="replanned", at=max(begun, last), terms=line.latest.again(policy))
    return line.with_records(policy, at, edit)


def _begins(terms: ClockTerms, judged: Sequence[ClockLine], at: datetime) -> bool:
    """A metric that has had its verdict begins again only with a new event of its own."""
    if any(terms.started_by <= line.terms.started_by for line in judged):
        return False
    return terms.start >= at or all(line.stopped_at == at for line in judged)
