"""A ticket as the policy sees it: what was asked, what has happened since, and the decision in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import is_
from typing import Protocol

from pydantic import JsonValue

from app.base.vocabulary import ClockState, Coverage, Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy, Numbers
from app.policy.decision import Breach, Decision, FeeDecision, Plain, ScheduleWindow, TargetTime
from app.policy.language.model import Model
from app.policy.situation import NO_MONEY, Money, OpenTicket, Request
from app.policy.tickets.ticket_clocks import ClockLine, in_force, replanned
from app.policy.tickets.turn import ENDED, Turn
from app.policy.time.calendars import CalendarHorizonExceeded

_STATUS_OF_GATE = {
    WorkGate.AWAITING_CONSENT: TicketStatus.WAITING_CONSENT,
    WorkGate.AWAITING_PAYMENT: TicketStatus.WAITING_PAYMENT,
    WorkGate.SCHEDULED: TicketStatus.SCHEDULED,
}


class Excuse(Model):
    """Why a time may be missed; it labels the miss and changes neither due time nor verdict."""

    metric: str
    code: str
    at: datetime
    note: str = ""


@dataclass(kw_only=True)
class Ticket(Plain):
    """The state of one ticket; every change makes a new one. Nobody changes one."""

    id: str
    account: str | None
    """Number of the account."""
    received_at: datetime
    completed_at: datetime | None = None
    request: Request
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    """All that is asserted by now, the request's own facts included."""
    decision: Decision
    status: TicketStatus
    department: str | None = None
    level: int | None = None
    clocks: tuple[ClockLine, ...] = ()
    money: Money = NO_MONEY
    scheduled: bool = False
    window: ScheduleWindow | None = None
    """When staff mean to do the work, where they have chosen a time themselves."""
    starts: Mapping[str, datetime] = field(default_factory=dict)
    """Instants of events that clocks may start from."""
    triage: Mapping[str, JsonValue] = field(default_factory=dict)
    assignee: str | None = None
    merged_into: str | None = None
    linked: tuple[str, ...] = ()
    incident: str | None = None
    delay_codes: tuple[str, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    priority_set: str | None = None
    coverage_set: Coverage | None = None
    first_response_at: datetime | None = None
    oldest_unanswered_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    work_started_at: datetime | None = None

    @property
    def held(self) -> bool:
        return self.decision.outcome is Outcome.HELD

    @property
    def open(self) -> bool:
        return self.status not in ENDED

    @property
    def turn(self) -> Turn:
        decision, money, request = self.decision, self.money, self.request
        return Turn(
            status=self.status,
            outcome=decision.outcome,
            reason=decision.reason,
            work_gate=decision.work_gate,
            merged=self.merged_into is not None,
            department=self.department,
            level=self.level,
            declined=money.declined,
            agreed=money.consented is not None,
            action=request.action,
            channel=request.channel,
            assignee=self.assignee,
        )

    @property
    def whole(self) -> "Ticket":
        return self

    @property
    def fee(self) -> FeeDecision | None:
        return self.decision.fee

    def as_open(self) -> OpenTicket:
        """As another request's duplicate check sees it."""
        return OpenTicket(
            id=self.id,
            status=self.status,
            held=self.held,
            received_at=self.received_at,
            facts=self.facts,
        )

    @property
    def targets(self) -> tuple[TargetTime, ...]:
        """The times in force."""
        return in_force(self.clocks)

    def answered(self, at: datetime) -> "Ticket":
        """The desk has had its say: nobody waits for a word from it, until the customer writes again."""
        starts = {event: when for event, when in self.starts.items() if event != "customer_reply"}
        first = self.first_response_at or at
        return self.changed(first_response_at=first, oldest_unanswered_at=None, starts=starts)

    def read_again(self, policy: CompiledPolicy, at: datetime) -> "Ticket":
        """The ticket as its clocks show at this instant: what fell due meanwhile is breached."""
        try:
            clocks = tuple([line.current(policy, at) for line in self.clocks])
        except CalendarHorizonExceeded:  # nobody knows yet how long that is; they stand as last read
            return self
        return self if all(map(is_, clocks, self.clocks)) else self.changed(clocks=clocks)

    def planned_by(self, policy: CompiledPolicy) -> bool:
        """Whether its clocks go by the version and settings that this policy stands for."""
        return all(line.planned_by(policy) for line in self.clocks if line.going)

    @property
    def planners(self) -> frozenset[Numbers]:
        """Versions and settings that its clocks were ever planned by."""
        found = {line.terms.by for line in self.clocks}
        for line in self.clocks:
            found.update([record.terms.by for record in line.records if record.terms is not None])
        return frozenset(found)

    def replanned(self, policy: CompiledPolicy, at: datetime) -> "Ticket":
        """With what is left of its clocks laid out under the version and settings in force."""
        try:
            clocks = replanned(policy, self.clocks, at)
        except CalendarHorizonExceeded:  # nobody knows yet how long that is; they stand as last read
            return self
        return self.changed(clocks=clocks)

    def breach(self, at: datetime) -> Breach | None:
        """The miss on record, as its clocks were last read: of several that of the clock that ended last, or runs."""
        missed = [line for line in self.clocks if line.state is ClockState.BREACHED]
        if not missed:
            return None
        line = max(missed, key=lambda each: each.stopped_at or at)
        return Breach(
            metric=line.metric,
            late_seconds=int(line.late.total_seconds()),
            excused=line.excused_by is not None,
            excused_by=line.excused_by,
            liability=line.target.liability,
        )


class Planned(Protocol):
    """A ticket whose clocks were laid out by policies that may not count any more."""

    @property
    def planners(self) -> frozenset[Numbers]: ...


class Judged(Protocol):
    """A ticket on which verbs are judged: where it stands is known at once, all of it where a rule asks for more."""

    @property
    def id(self) -> str: ...

    @property
    def turn(self) -> Turn: ...

    @property
    def fee(self) -> FeeDecision | None: ...

    @property
    def whole(self) -> Ticket: ...


def status_after(decision: Decision, *, timed: bool = False) -> TicketStatus:
    """What a ticket is waiting for, once a decision stands. `timed`: whether clocks begin with it."""
    if decision.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED):
        written_up = any(e.type == "create_ticket" for e in decision.effects) and timed
        return TicketStatus.OPEN if written_up else TicketStatus.CLOSED
    if decision.outcome is Outcome.HELD:
        return TicketStatus.ON_HOLD
    return _STATUS_OF_GATE.get(decision.work_gate, TicketStatus.OPEN)
