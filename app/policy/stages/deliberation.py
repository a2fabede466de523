"""One decision in the making: the values rules may read, and what has been settled so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.compiled.channels import CompiledChannel
from app.policy.compiled.citing import Citations, Clauses, Source, Statement
from app.policy.compiled.coverage import CompiledEntry
from app.policy.compiled.rules import CompiledRule
from app.policy.decision import (
    JSON_AS_THEY_ARE,
    ActionTerms,
    AnyOf,
    AssumptionUsed,
    ChannelState,
    Citation,
    EffectDone,
    FeeDecision,
    ScheduleWindow,
    as_cited,
)
from app.policy.language.effects import (
    AddFee,
    Append,
    Effect,
    Emit,
    Exclude,
    Exempt,
    FactReference,
    Link,
    Redirect,
    Refund,
    Require,
    Schedule,
    SetDepartment,
    SetFact,
    SetGate,
    SetLevel,
    SetOutcome,
    SetPriority,
    SetTopic,
    Suggest,
    Transition,
    Value,
)
from app.policy.language.rules import Same
from app.policy.money.allowances import LeftToCharge
from app.policy.situation import Account, OpenTicket, Request, Situation
from app.policy.stages.likeness import first_alike, recent, shared_facts
from app.policy.stages.scheduling import window_for
from app.policy.tickets.ticket_clocks import ClockTerms
from app.policy.time.calendars import Calendar
from app.policy.time.clock_plans import ClockPlan


@dataclass(slots=True, eq=False)
class Deliberation:
    """Working state of `decide`; stages read and write it in their fixed order."""

    policy: CompiledPolicy
    request: Request
    situation: Situation
    at: datetime
    received_at: datetime = field(init=False)
    account: Account | None = field(init=False)
    department: str | None = field(init=False)
    level: int | None = field(init=False)
    language: str = field(init=False)
    values: dict[str, Any] = field(init=False)
    """What rules may read."""
    stage: str = "version"
    outcome: Outcome = Outcome.ACCEPTED
    reason: str | None = None
    ended: bool = False
    written_up: bool = False
    """Refused as it came, yet made into an ordinary ticket."""
    notify_sender: bool = True
    standing: str | None = None
    topic: str | None = None
    filed_as: str | None = None
    stands_for: str | None = None
    """A listed topic that this one is like; it decides coverage."""
    priority: str | None = None
    channel: CompiledChannel | None = None
    channel_state: ChannelState | None = None
    action: ActionTerms | None = None
    entry: CompiledEntry | None = None
    coverage: Coverage | None = None
    provisional: bool = False
    strict: bool = False
    fee: FeeDecision | None = None
    waived_fee: str | None = None
    """Tariff that would apply, were it not the provider's own fault."""
    left_to_charge: LeftToCharge | None = None
    schedule: ScheduleWindow | None = None
    alike: OpenTicket | None = None
    """The open ticket that the rule at hand was looking for."""
    excluded: str | None = None
    moved: bool = False
    """Whether a rule has brought something about since it was marked."""
    fee_rules: list[tuple[str, CompiledRule]] = field(default_factory=list, init=False)
    gates: set[WorkGate] = field(default_factory=set, init=False)
    opened: set[WorkGate] = field(default_factory=set, init=False)
    cancelled_metrics: frozenset[str] = frozenset()
    clocks: list[tuple[ClockTerms, ClockPlan]] = field(default_factory=list, init=False)
    missing: tuple[str | AnyOf, ...] = ()
    recommendations: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    redirect: tuple[str, ...] = ()
    effects: list[EffectDone] = field(default_factory=list, init=False)
    exempt_stages: frozenset[str] = frozenset()
    exempt_checks: frozenset[str] = frozenset()
    moves: list[Transition] = field(default_factory=list, init=False)
    wanted: frozenset[str] = frozenset()
    remembered: dict[str, Any] = field(default_factory=dict, init=False)
    """Facts that the rules about a step have derived; they stay with the ticket."""
    _ready: Citations = field(init=False)
    _citations: dict[Statement, Citation] = field(default_factory=dict, init=False)
    _assumptions: dict[str, AssumptionUsed] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        policy, situation = self.policy, self.situation
        self.received_at = situation.received_at or self.at
        self.account, self.department, self.level = situation.account, situation.department, situation.level
        self.speak(policy.document.locale)
        self.values = {**policy.defaults, "now": self.at, "received_at": self.received_at}

    def calendar(self, slug: str) -> Calendar:
        return self.policy.timetable.calendar(slug, self.values.get("timezone"))

    # ── what is said and why ─────────────────────────────────────────────────
    def speak(self, language: str) -> None:
        """What is cited from now on is cited in this language."""
        self.language, self._ready = language, self.policy.citations(language)

    def cite(self, source: Source, effect: str = "", reads: Iterable[str] = ()) -> None:
        """Record the clauses and readings that a statement rests on.

        Each clause once for what follows from it in a stage, with what was known when it was cited first.
        """
        for id_ in source.assumption:
            self._assumptions[id_] = self.policy.readings[id_]
        clauses = source.clauses
        if not clauses:
            return
        known, stage, ready = self._citations, self.stage, self._ready
        because = self._because(reads) if reads else None
        for clause in clauses:
            statement = clause, stage, effect
            if statement not in known:
                if because:
                    known[statement] = Citation(clause, ready.sentences.get(clause, ""), stage, effect, because)
                else:
                    known[statement] = ready[statement]

    def cite_clauses(self, clauses: Sequence[str], effect: str = "") -> None:
        self.cite(Clauses(clauses), effect)

    def _because(self, reads: Iterable[str]) -> dict[str, Any]:
        quiet, values, because = self.policy.quiet_facts, self.values, {}
        for name in reads:
            value = values.get(name)
            if value is not None and name not in quiet:
                because[name] = value if type(value) in JSON_AS_THEY_ARE else as_cited(value)
        return because

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations.values())

    @property
    def assumptions(self) -> tuple[AssumptionUsed, ...]:
        return tuple(self._assumptions.values())

    # ── the decision table ───────────────────────────────────────────────────
    def run(self, stage: str) -> None:
        """Ask the rules of a stage, in the document's order, until one ends admission."""
        self.stage = stage
        table = self.policy.tables.get(stage)
        if table is None:
            return
        values = self.values
        for ready in table.candidates(values):
            if (self.exempt_stages or self.exempt_checks) and self._spared(ready):
                continue
            if ready.same is not None and not self._finds_alike(ready.same):
                continue
            if ready.when.holds(values):
                self.apply(ready, ready.then)
                if ready.stop or (self.ended and ready.admits):
                    return
            elif ready.else_:
                self.apply(ready, ready.else_)

    def _finds_alike(self, same: Same) -> bool:
        """Whether there is the earlier event or open ticket that a rule looks for."""
        if self.stage == "duplicate":  # duplicates are told apart more finely
            return False
        tickets = recent(same, self.situation.open_tickets, self.received_at)
        self.alike = first_alike(self.values, tickets, shared_facts(same))
        return self.alike is not None or any(
            self.at - e.at <= same.within and all(e.values.get(f) == self.values.get(f) for f in same.facts)
            for e in self.situation.earlier
        )

    def _spared(self, ready: CompiledRule) -> bool:
        if ready.rule.check in self.exempt_checks:
            return True
        return ready.admits and ready.rule.stage in self.exempt_stages

    def apply(self, ready: CompiledRule, effects: Sequence[Effect]) -> None:
        """Bring about what a rule says; a rule without effects only states its clause and readings."""
        if not effects:
            self.cite(ready.rule, "", ready.when.reads)
        for effect in effects:
            said = self.bring_about(effect, ready)
            if said is not None:
                self.cite(ready.rule, said, ready.when.reads)

    def bring_about(self, effect: Effect, ready: CompiledRule | None = None) -> str | None:  # noqa: PLR0911, PLR0912 - one case an effect
        """Carry out one effect; the words under which it is cited, or None where it changed nothing."""
        self.moved = True
        match effect:
            case Emit():
                self._emit(effect)
                return effect.do
            case SetOutcome():
                return self._set_outcome(effect)
            case Require():
                return self._require(effect)
            case SetPriority(priority=priority):
                self.priority = self.values["priority"] = priority
                return f"priority={priority}"
            case SetDepartment(department=department):
                self.department = self.values["department"] = department
                if (named := self.policy.document.departments.get(department)) is not None:
                    self.level = self.values["level"] = named.level
                return f"department={department}"
            case SetLevel(level=level):
                self.level = self.values["level"] = level
                return f"level={level}"
            case SetTopic(topic=topic):
                self.filed_as = self.values["topic"] = topic
                return f"filed as {topic}"
            case SetFact(fact=fact, value=value):
                if fact not in self.request.facts:
                    self.values[fact] = self._value(value)
                    if self.stage == "transition":
                        self.remembered[fact] = self.values[fact]
                return f"{fact}={self.values.get(fact)}"
            case SetGate(gate=WorkGate.OPEN):
                self.opened |= set(WorkGate)
                return "work_gate=open"
            case SetGate(gate=gate):
                self.gates.add(gate)
                return f"work_gate={gate}"
            case AddFee(fee=fee):
                if ready is not None:
                    self.fee_rules.append((fee, ready))
                return f"fee={fee}"
            case Exempt(stages=stages, checks=checks):
                self.exempt_stages = self.exempt_stages.union(stages)
                self.exempt_checks = self.exempt_checks.union(checks)
                return "exempt"
            case Schedule():
                return self._schedule(effect)
            case Suggest(suggestions=suggestions):
                self.suggestions = added(self.suggestions, suggestions)
                return "suggestion"
            case Redirect(redirect=redirect):
                self.redirect = added(self.redirect, redirect)
                return "redirect"
            case Link():
                return "link"
            case Append():
                if self.alike is not None:
                    self.emit("append", to=self.alike.id)
                return "append"
            case Exclude(reason=reason):
                self.excluded = reason
                return f"excluded={reason}"
            case Transition():
                self.moves.append(effect)
                return effect.verb
            case Refund(share=share):
                self.emit("refund", share=share)
                return "refund"

    def _set_outcome(self, effect: SetOutcome) -> str | None:
        if self.ended:
            return None
        if effect.outcome is Outcome.HELD and self.values.get("emergency.valid"):
            return None  # a valid emergency is never held for what is missing
        self.outcome, self.reason = effect.outcome, effect.reason
        self.ended = effect.outcome is not Outcome.ACCEPTED
        if effect.notify == "authenticated":
            sender = self.request.sender
            self.notify_sender = sender is not None and sender.mail_auth == "pass"
        else:  # silence that an earlier rule has kept is not broken by a later outcome
            self.notify_sender = self.notify_sender and effect.notify
        self.redirect = added(self.redirect, effect.redirect)
        self.missing = added(self.missing, effect.missing)
        return f"outcome={effect.outcome}" + (f": {effect.reason}" if effect.reason else "")

    def _require(self, effect: Require) -> str:
        for combination in effect.any_of:
            self.wanted = self.wanted.union(combination)
        gaps: list[tuple[str, ...]] = []
        for combination in effect.any_of:
            gap = tuple([name for name in combination if not self.known(name)])
            if not gap:
                return "complete"
            gaps.append(gap)
        lacking: list[str | AnyOf] = list(gaps[0]) if len(gaps) == 1 else [AnyOf(any_of=tuple(gaps))]
        if effect.otherwise == "recommend":
            self.recommendations = added(self.recommendations, [n for gap in gaps for n in gap])
            return "recommended"
        self.missing = added(self.missing, lacking)
        if effect.otherwise == "ask" or self.values.get("emergency.valid"):
            return "asked for"
        outcome = Outcome(effect.otherwise)
        if not self.ended:
            self.outcome, self.reason, self.ended = outcome, effect.reason or "intake_incomplete", True
        return f"outcome={outcome}: {self.reason}"

    def known(self, name: str) -> bool:
        """Whether anything usable is known; `false` and empty text are what is still to be said."""
        value = self.values.get(name)
        return value is not None and value is not False and value != ""

    def _schedule(self, effect: Schedule) -> str | None:
        if self.situation.transition is None and self.situation.previous is None:
            self.suggestions = added(self.suggestions, [f"schedule_{effect.calendar}"])
            return "schedule suggested"
        wished = self.values.get(effect.window) if effect.window else None
        wished = wished if isinstance(wished, datetime) else None
        window = window_for(self.calendar(effect.calendar), effect, self.at, wished)
        self.cite(self.policy.document.calendars[effect.calendar], f"calendar={effect.calendar}")
        if window is None:
            self.gates.add(WorkGate.AWAITING_STAFF_DECISION)
            return "not at the wished time"
        self.schedule = ScheduleWindow(from_=window.opens, until=window.closes)
        self.gates.add(WorkGate.SCHEDULED)
        self.cancelled_metrics = self.cancelled_metrics.union(effect.replaces)
        return "scheduled"

    # ── what follows ─────────────────────────────────────────────────────────
    def _value(self, value: Value | None) -> Any:
        return self.values.get(value.fact) if isinstance(value, FactReference) else value

    def emit(self, kind: str, **members: Any) -> None:
        self.effects.append(EffectDone(type=kind, **{k: v for k, v in members.items() if v is not None}))

    def _emit(self, effect: Emit) -> None:
        members = {
            name: self._value(getattr(effect, name)) for name in effect.model_fields_set if name not in ("do", "to")
        }
        to = self._value(effect.to)
        reseller = self.account.reseller if self.account else None
        members["to"] = reseller if to == "reseller" and reseller else to
        match effect.do:
            case "page":
                members["at"] = self.at
                self.values["emergency.valid"] = True
            case "hold_account":
                members["account"] = self.account.number if self.account else None
                members["status"] = "proposed" if effect.mode == "discretionary" else "done"
            case "create_ticket" if self.ended:
                self.written_up = True
            case "open_incident":
                members.setdefault("server", self.values.get("server"))
            case _:
                pass
        if effect.responsible == "reseller":
            members["responsible"] = reseller
        self.emit(effect.do, **members)


T = TypeVar("T")


def added(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    """With those that it has not yet."""
    for item in more:
        if item not in known:
            known = (*known, item)
    return known
