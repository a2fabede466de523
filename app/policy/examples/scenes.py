"""Requests, verbs and events made up so that a part of the policy decides: scenes for an empty desk."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from pydantic import BaseModel

from app.policy.compile import CompiledPolicy
from app.policy.examples.requests import CUSTOMER, RESELLER, TICKET, Requests, Scene, StepOf
from app.policy.examples.supposing import LATER, Supposing, Way
from app.policy.language import tables
from app.policy.language.document import Document, Goal, QueueOrder
from app.policy.language.entrances import Action, Channel, ContactRole, Language, OtherChannels
from app.policy.language.matters import Alias
from app.policy.language.model import Sourced
from app.policy.language.prices import Allowance, Fee
from app.policy.language.promises import Excuses, Level, Target
from app.policy.language.rules import CoverageEntry, Rule
from app.policy.money.allowances import in_turn
from app.policy.scenarios.steps import EventStep, Said
from app.policy.tickets.happenings import OF_VERB

_BEYOND_THOSE_BEFORE = 6000
"""Minutes of a job that what is drawn first will hardly cover."""
_STAFF = {"email": "agent@desk.example", "role": "staff"}
_SAID = frozenset(get_args(Said))
_EVENT_FIELDS = frozenset(EventStep.model_fields)
_OF_EVENT = {"plugin": "gallery", "server": "web1", "metric": "first_response", "domain": "customer.example"}
_TRIAGED = dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known")
_BRINGS = {event: verb for verb, event in OF_VERB.items()}
"""The verb that brings an event about."""
_BEFORE: Mapping[str, tuple[str, ...]] = {
    "escalate": ("triage",),
    "start_work": ("triage",),
    "record_work": ("triage", "start_work"),
    "resolve": ("triage",),
    "reopen": ("triage", "resolve"),
    "close": ("triage", "resolve"),
    "consent": ("quote",),
    "pay": ("quote", "consent"),
    "settle": ("quote", "consent", "pay"),
}
"""What usually comes before a verb."""


class Scenes:
    """Scenes of one policy, around one instant."""

    def __init__(self, policy: CompiledPolicy, at: datetime) -> None:
        self._policy, self._document, self._at = policy, policy.document, at
        self._supposing = Supposing(policy, at)
        self._requests = Requests(policy, at)

    def about(self, part: BaseModel) -> Iterator[Scene]:
        """Scenes in which the part is likely to decide."""
        match part:
            case Rule():
                yield from self._ruled(part)
            case Level() | Excuses():
                yield from self._worked_on(part)
            case Goal():
                yield Scene(
                    ("report", {"metric": part.metric, "counts": {part.numerator: 1, part.denominator or "of": 2}})
                )
            case QueueOrder():
                yield Scene(("queue", {"tickets": [{"as": "one", "received_at": self._at}]}))
            case ContactRole():
                yield from self._listed(part)
            case Channel():
                yield from self._entered(part)
            case Action():
                yield from self._asked_for(part)
            case Fee():
                slug = next(s for s, fee in self._document.fees.items() if fee is part)
                yield Scene(("quote", {"account": CUSTOMER, "rule": slug, "minutes": 60}))
            case Language() | OtherChannels():
                tag = next((t for t, language in self._document.languages.items() if language is part), None)
                yield from self._requests.asked({"language": tag} if tag else {"channel": "smoke_signals"})
            case Allowance():
                yield from self._drawn(part)
            case _:
                begins = _BRINGS.get(part.start) if isinstance(part, Target) else None
                for way in self._ways_to(part):
                    yield from self._requests.asked(way) if begins is None else self._moved(begins, {}, way)

    def usual(self) -> Iterator[Scene]:
        """What happens at every desk: for parts that decide without a condition of their own."""
        yield Scene(("read", {}))
        yield Scene(("publish", {"effective_from": self._at + timedelta(days=1)}))
        for topic in [None, *self._document.topics]:
            yield from self._requests.asked({"topic": topic} if topic else {})
        yield from self._escalated(None)
        yield Scene(("notice", {"accounts": [CUSTOMER], "kind": "announcement"}))

    # ── ways to a part ───────────────────────────────────────────────────────
    def _ways_to(self, part: BaseModel, steps: int = 2) -> Iterator[Way]:
        """Ways to the part's own condition, and in so many steps to what leads there."""
        found = [way for when in self._conditions(part) for way in self._supposing.ways(when)]
        if isinstance(part, CoverageEntry | Alias):
            topics = self._supposing.ways({"topic": list(part.topics)})
            found = [{**topic, **way} for way in found for topic in (topics if "topic" not in way else [{}])]
        if isinstance(part, CoverageEntry) and part.products:
            found = [{"product": part.products[0], **way} for way in found]
        for way in found:
            for cause in self._leading_to(way, steps):
                yield {**cause, **way}

    def _conditions(self, part: BaseModel) -> Iterator[Mapping[str, Any]]:
        """The part's own, or that of each cell of its table."""
        when = getattr(part, "when", {})
        if getattr(part, "table", None) is None:
            yield when if isinstance(when, Mapping) else {}
        elif isinstance(part, Rule):
            yield from (rule.when for rule in tables.rules(self._document.model_copy(update={"rules": (part,)})))
        elif isinstance(part, Target):
            alone = self._document.model_copy(update={"targets": (part,)})
            yield from (target.when for target in tables.targets(alone))

    def _leading_to(self, way: Way, steps: int) -> Iterator[Way]:
        """Values that lead to what a condition only names: a priority, a department, a coverage."""
        yield {}
        for name in ("department", "priority", "coverage"):
            if steps and way.get(name) is not None:
                for part in self._giving(name, way[name]):
                    yield from (w for w in self._ways_to(part, steps - 1) if name not in w)

    def _giving(self, name: str, value: Any) -> Iterator[BaseModel]:
        if name == "department" and value in self._document.departments:
            yield self._document.departments[value]
        if name == "coverage":
            yield from (e for e in self._document.coverage if e.status == value)
        for rule in tables.rules(self._document):
            if any(getattr(effect, name, None) == value for effect in rule.then):
                yield rule

    # ── what happens to tickets and accounts ─────────────────────────────────
    def _ruled(self, rule: Rule) -> Iterator[Scene]:
        for way in self._ways_to(rule):
            match rule.stage:
                case "transition" if way.get("transition") in ("hold", "release", "adopt"):
                    held: tuple[StepOf, ...] = (self._on_account("hold"),) if way["transition"] != "hold" else ()
                    yield Scene(
                        self._on_account(way["transition"]), held, self._requests.account({**way, RESELLER: True})
                    )
                case "transition":
                    for verb in [way["transition"]] if way.get("transition") else ["reply", "triage"]:
                        yield from self._moved(verb, way, way)
                case "event":
                    yield from self._noticed(way)
                case "notice":
                    told = {"accounts": [CUSTOMER], "kind": way.get("notice") or "announcement", "at": self._at}
                    yield Scene(("notice", told), (), self._requests.account(way))
                case "schedule":
                    yield from self._moved("schedule", {}, way)
                    yield from self._requests.asked(way)
                case _:
                    yield from self._requests.asked(way)
                    if rule.same is not None:
                        about = {
                            "topic": next(iter(self._document.topics)),
                            **dict.fromkeys(rule.same.facts, "the same"),
                        }
                        alike = {name: value for name, value in about.items() if self._requests.may_state(name)}
                        yield from map(_twice, self._requests.asked({**alike, **way}))

    def _on_account(self, verb: str) -> StepOf:
        return "transition", {"verb": verb, "account": CUSTOMER, "by": _STAFF, "at": self._at}

    def _noticed(self, way: Way) -> Iterator[Scene]:
        fields = {n: v for n, v in way.items() if n in _EVENT_FIELDS and v is not None}
        event = {**{k: v for k, v in _OF_EVENT.items() if k not in fields}, **fields, "type": way.get("event")}
        account = self._requests.account(way)
        yield Scene(("event", {**fields, "type": way.get("event"), "account": CUSTOMER, "at": self._at}), (), account)
        yield Scene(("event", {**event, "account": CUSTOMER, "at": self._at}), (), account)
        for scene in self._requests.asked(way):
            later = self._at + way.get(LATER, timedelta(days=1))
            step = {**fields, "type": way.get("event"), "ticket": TICKET, "at": later}
            yield Scene(("event", step), (*scene.given, scene.when), scene.account)

    def _moved(self, verb: str, said: Mapping[str, Any], way: Way) -> Iterator[Scene]:
        """A ticket is opened, what usually comes before happens to it, and then the verb."""
        payload = {n: v for n, v in said.items() if n in _SAID and v is not None}
        facts = {n: v for n, v in said.items() if n in self._document.facts and n not in _SAID and v is not None}
        payload = {**_needed(verb), **payload, **({"facts": facts} if facts else {})}
        later = self._at + way.get(LATER, timedelta(hours=1))
        for scene in self._requests.asked({n: v for n, v in way.items() if n not in ("status", "transition")}):
            if verb == "reply":
                step: StepOf = ("message", {"ticket": TICKET, "at": later, "sender": scene.when[1]["sender"]})
            else:
                step = self._verb(verb, payload, later)
            before = [self._verb(v, _needed(v), self._at) for v in _BEFORE.get(verb, ())]
            if way.get("status") == "resolved" or verb == "reply":
                before += [self._verb(v, _needed(v), self._at) for v in ("triage", "resolve")]
            opened = (*scene.given, scene.when)
            yield Scene(step, opened, scene.account)
            if before:
                yield Scene(step, (*opened, *before), scene.account)

    @staticmethod
    def _verb(verb: str, payload: Mapping[str, Any], at: datetime) -> StepOf:
        return "transition", {"ticket": TICKET, "verb": verb, "by": _STAFF, "at": at, "payload": dict(payload)}

    def _worked_on(self, part: Level | Excuses) -> Iterator[Scene]:
        if isinstance(part, Level):
            yield from self._escalated(part)
        else:
            yield from self._moved("excuse", {"metric": part.metrics[0], "code": part.codes[0], "note": "-"}, {})

    def _escalated(self, level: Level | None) -> Iterator[Scene]:
        for number, known in self._document.levels.items():
            if level is None or known is level:
                yield from self._moved("escalate", {"to_level": number, "reason": "-"}, {})

    def _drawn(self, allowance: Allowance) -> Iterator[Scene]:
        slug = next(s for s, of in self._document.allowances.items() if of is allowance)
        eligible = self._supposing.ways(allowance.eligible)
        for entry in (e for e in self._document.coverage if e.allowance is not None):
            turn, _ = in_turn(self._document.allowances, entry.allowance or "")
            if slug not in turn:
                continue
            minutes = 30 if turn[0] == slug else _BEYOND_THOSE_BEFORE
            for way in self._ways_to(entry):
                for who in eligible:
                    yield from self._requests.asked({"estimated_minutes": minutes, **way, **who})

    # ── people, entrances, actions ───────────────────────────────────────────
    def _listed(self, role: ContactRole) -> Iterator[Scene]:
        slug = next(s for s, of in self._document.contacts.items() if of is role)
        change = {"account": CUSTOMER, "op": "add", "role": slug, "email": "new@elsewhere.example", "at": self._at}
        yield from self._requests.asked({"sender.standing": slug})
        for facts in ({}, self._requests.complete):
            yield Scene(("contact", {**change, "facts": facts}), (), self._requests.account({}))

    def _entered(self, channel: Channel) -> Iterator[Scene]:
        slug = next(s for s, of in self._document.channels.items() if of is channel)
        entered: dict[str, Any] = {"channel": channel.entrance or slug}
        if channel.menu_option is not None:
            entered["menu_option"] = channel.menu_option
        closed: Sequence[Way] = self._supposing.ways({"not": channel.open}) if channel.open else []
        beyond: Sequence[Way] = self._supposing.ways({"not": channel.scope}) if channel.scope else []
        cases = [way for of in channel.out_of_scope for way in self._supposing.ways(of.when)]
        for way in [{}, *closed, *beyond, *({**b, **c} for b in beyond for c in cases)]:
            yield from self._requests.asked({**way, **entered})

    def _asked_for(self, action: Action) -> Iterator[Scene]:
        slug = next(s for s, of in self._document.actions.items() if of is action)
        named = "something_else" if slug == "*" else slug
        excluded = self._supposing.ways(action.excluded_when) if action.excluded_when else []
        for way in [*excluded, {}, *({"sender.standing": role} for role in self._document.contacts)]:
            yield from self._requests.asked({**way, "action": named})
            for scene in self._requests.asked({**way, "action": named}, "action"):
                opened = self._requests.one(way, "ticket")
                yield Scene(("action", {**scene.when[1], "ticket": TICKET}), (opened.when,), scene.account)


def _twice(scene: Scene) -> Scene:
    first = dict(scene.when[1])
    second = {**first, "at": first["at"] + timedelta(minutes=30)}
    return Scene((scene.when[0], second), (*scene.given, scene.when), scene.account)


def _needed(verb: str) -> dict[str, Any]:
    """What staff say along with a verb."""
    match verb:
        case "triage":
            return dict(_TRIAGED)
        case "escalate":
            return {"to_level": 2, "reason": "-"}
        case "diagnose":
            return {"cause": "customer"}
        case "quote":
            return {"amount": "100.00", "minutes": 60}
        case "assign" | "hand_over":
            return {"staff": "agent", "note": "-"}
        case _:
            return {}


def resting_on(document: Document, clause: str, every: Sequence[tuple[Any, BaseModel]]) -> Iterator[BaseModel]:
    """Parts that cite the clause, then parts that lead there: a price or a calendar decides through what names it."""
    cited = [part for _, part in every if isinstance(part, Sourced) and clause in part.clauses]
    yield from cited
    fees = {slug for slug, fee in document.fees.items() if fee in cited or clause in fee.waive_clauses}
    yield from (entry for entry in document.coverage if entry.fee in fees)
    calendars = {slug for slug, calendar in document.calendars.items() if calendar in cited}
    yield from (target for target in document.targets if target.calendar in calendars)
    yield from (channel for channel in document.channels.values() if channel.calendar in calendars)
