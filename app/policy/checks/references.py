"""Whether everything a document names is there: clauses, calendars, topics, fees, facts ..."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from app.base.reasons import REASONS
from app.policy.checks.completeness import CHECKS, unknown_name
from app.policy.checks.price_checks import PRICE_CHECKS
from app.policy.language import effects
from app.policy.language.calendars import Calendar
from app.policy.language.clauses import Assumption
from app.policy.language.currencies import CURRENCIES
from app.policy.language.document import About, AfterHours, Document, Unspecified
from app.policy.language.entrances import Action, Channel, Language, OtherChannels, OutOfScope, Unverified
from app.policy.language.faults import Steps
from app.policy.language.matters import Alias
from app.policy.language.model import Sourced
from app.policy.language.prices import Allowance, Band, Cost, Fee, Grant, Part
from app.policy.language.promises import Credits, Department, Excuses, Level, Target
from app.policy.language.reading import Flaw, Names, check_condition
from app.policy.language.rules import CoverageEntry, Rule, Same
from app.policy.language.standard import METRICS, STANDINGS, STATUSES

_CONDITIONS = frozenset({"when", "open", "scope", "excluded_when", "waive_when", "provisional_when", "eligible"})
_DECIDING_STAGES = frozenset({"priority", "coverage", "fee", "target"})
_DECIDING = (CoverageEntry, Target, Fee, Cost, Allowance)

# Which member of which part names an entry of which list.
_NAMED: dict[tuple[type[BaseModel], str], str] = {
    (Channel, "calendar"): "calendar",
    (Channel, "closed"): "reason",
    (OutOfScope, "reason"): "reason",
    (OtherChannels, "reason"): "reason",
    (Unverified, "channels"): "channel",
    (Calendar, "outside"): "calendar",
    (Language, "calendar"): "calendar",
    (Language, "fallback"): "language",
    (Action, "roles"): "action role",
    (Action, "topic"): "topic",
    (Action, "excluded_reason"): "reason",
    (Action, "confirmation"): "fact",
    (Level, "topics"): "topic",
    (Department, "level"): "level",
    (Alias, "topics"): "topic",
    (Alias, "to"): "topic",
    (Target, "metric"): "metric",
    (Target, "calendar"): "calendar",
    (Target, "pauses"): "status",
    (Excuses, "metrics"): "metric",
    (Credits, "metrics"): "metric",
    (Fee, "currency"): "currency",
    (Fee, "waive_clauses"): "clause",
    (Band, "calendar"): "calendar",
    (Part, "count"): "fact",
    (CoverageEntry, "topics"): "topic",
    (CoverageEntry, "except_"): "topic",
    (CoverageEntry, "products"): "product",
    (CoverageEntry, "variants"): "product variant",
    (CoverageEntry, "reason"): "reason",
    (CoverageEntry, "fee"): "fee",
    (CoverageEntry, "allowance"): "allowance",
    (CoverageEntry, "missing"): "fact",
    (Same, "facts"): "fact",
    (Same, "topics"): "topic",
    (AfterHours, "channels"): "channel",
    (AfterHours, "priorities"): "priority",
    (AfterHours, "department"): "department",
    (Grant, "by_fact"): "fact",
    (Grant, "from_fact"): "fact",
    (Allowance, "then"): "fee or allowance",
    (Unspecified, "then"): "fee",
    (Assumption, "clauses"): "clause",
    (About, "availability"): "clause",
    (Document, "currency"): "currency",
    (effects.FactReference, "fact"): "fact",
    (effects.SetOutcome, "reason"): "reason",
    (effects.SetPriority, "priority"): "priority",
    (effects.SetDepartment, "department"): "department",
    (effects.SetLevel, "level"): "level",
    (effects.SetTopic, "topic"): "topic",
    (effects.AddFee, "fee"): "fee",
    (effects.Require, "reason"): "reason",
    (effects.Schedule, "calendar"): "calendar",
    (effects.Schedule, "replaces"): "metric",
    (effects.Schedule, "window"): "fact",
    (effects.Exempt, "checks"): "check",
    (effects.Transition, "department"): "department",
    (effects.Transition, "to_level"): "level",
    (effects.Emit, "priority"): "priority",
}


def reference_flaws(document: Document) -> Iterator[Flaw]:
    """Every fault that needs more of the document than the place where it stands."""
    names = Names(document)
    known = _known(document, names)
    for steps, part in parts(document):
        yield from _sources(steps, part, document)
        yield from _names(steps, part, known, names)
        yield from _conditions(steps, part, names)
        check = CHECKS.get(type(part)) or PRICE_CHECKS.get(type(part))
        if check is not None:
            yield from (_below(steps, flaw) for flaw in check(part, names))
    yield from _prefixes(document)
    yield from _circles(document)
    yield from _allowances_in_turn(document)


def _below(steps: Steps, flaw: Flaw) -> Flaw:
    return Flaw((*steps, *flaw.steps), flaw.code, flaw.message, flaw.remedy)


def _known(document: Document, names: Names) -> dict[str, Container[Any]]:
    variants = {variant for product in document.products.values() for variant in product.variants}
    return {
        "clause": document.clauses,
        "assumption": document.assumptions,
        "calendar": document.calendars,
        "channel": names.channels,
        "department": document.departments,
        "fee": document.fees,
        "allowance": document.allowances,
        "fee or allowance": [*document.fees, *document.allowances],
        "language": document.languages,
        "level": document.levels or range(1, 10),
        "metric": METRICS | set(document.metrics),
        "priority": document.priorities,
        "product": names.products,
        "product variant": variants,
        "reason": {*REASONS, *document.reasons},
        "topic": names.topics,
        "action role": {*document.contacts, *STANDINGS},
        "status": STATUSES,
        "check": {rule.check for rule in document.rules},
        "currency": CURRENCIES,
    }


def parts(part: BaseModel, at: Steps = ()) -> Iterator[tuple[Steps, BaseModel]]:
    """Every part of the document with its place, as far as the document itself states it."""
    yield at, part
    stated = part.model_fields_set
    for name, value in part.__dict__.items():
        if name in stated and not isinstance(value, str | int | None):
            yield from _within(value, (*at, _written(part, name)))


def _within(value: Any, at: Steps) -> Iterator[tuple[Steps, BaseModel]]:
    if isinstance(value, BaseModel):
        yield from parts(value, at)
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            if not isinstance(entry, str | int):
                yield from _within(entry, (*at, index))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            if isinstance(entry, BaseModel):
                yield from parts(entry, (*at, str(key)))


def _written(part: BaseModel, name: str) -> str:
    return type(part).model_fields[name].alias or name


def _sources(steps: Steps, part: BaseModel, document: Document) -> Iterator[Flaw]:
    if not isinstance(part, Sourced):
        return
    for member, cited, known in (
        ("clauses", part.clauses, document.clauses),
        ("assumption", part.assumption, document.assumptions),
    ):
        for index, name in enumerate(cited):
            if name not in known:
                yield unknown_name((*steps, member, index), member.removesuffix("s"), name, known)


def _names(steps: Steps, part: BaseModel, known: Mapping[str, Container[Any]], names: Names) -> Iterator[Flaw]:
    for member in part.model_fields_set:
        kind = _NAMED.get((type(part), member))
        value = getattr(part, member) if kind else None
        if kind is None or value is None:
            continue
        several = isinstance(value, tuple)
        for index, name in enumerate(value if several else (value,)):
            if isinstance(name, effects.FactReference):
                continue  # it stands for a value, and is checked as a part of its own
            here = (*steps, _written(part, member), index) if several else (*steps, _written(part, member))
            if kind == "fact":
                if names.type_of(name) is None:
                    yield names.unknown_fact(name, here)
            elif name not in known[kind]:
                yield unknown_name(here, kind, name, known[kind])


def _conditions(steps: Steps, part: BaseModel, names: Names) -> Iterator[Flaw]:
    decides = isinstance(part, _DECIDING) or (isinstance(part, Rule) and part.stage in _DECIDING_STAGES)
    for member in part.model_fields_set & _CONDITIONS:
        value = getattr(part, member)
        if isinstance(value, dict) and not isinstance(part, Calendar):
            for flaw in check_condition(value, names, decides=decides):
                yield _below((*steps, member), flaw)
    if isinstance(part, CoverageEntry):
        for gate, value in part.gate_first.items():
            for flaw in check_condition(value, names, decides=True):
                yield _below((*steps, "gate_first", gate.value), flaw)


# ── the document as a whole ──────────────────────────────────────────────────
def _prefixes(document: Document) -> Iterator[Flaw]:
    for clause in document.clauses:
        if not clause.startswith(document.prefix + "-"):
            message = f"Clause `{clause}` does not begin with the prefix `{document.prefix}`."
            yield Flaw(("clauses", clause), "foreign_clause", message, f"Call it `{document.prefix}-...`.")


def _circles(document: Document) -> Iterator[Flaw]:
    """Topics filed under one another in a circle."""
    leads = [(i, set(a.topics), a.to) for i, a in enumerate(document.aliases) if isinstance(a.to, str)]

    def follow(topic: str) -> list[tuple[int, str]]:
        return [(i, to) for i, topics, to in leads if to != topic and _matched(topic, topics)]

    for index, _, start in leads:
        seen, waiting = {start}, [start]
        while waiting:
            for other, to in follow(waiting.pop()):
                if other == index:
                    message = f"Following the aliases from `{start}` leads back to it."
                    yield Flaw(("aliases", index), "circle", message, "Let one of them end at a topic of its own.")
                    waiting = []
                    break
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)


def _allowances_in_turn(document: Document) -> Iterator[Flaw]:
    """What follows an allowance is one thing, and never the allowance itself again."""
    known = document.allowances
    for slug, allowance in known.items():
        here, then = ("allowances", slug, "then"), allowance.then
        if then in known and then in document.fees:
            message = f"`{then}` is both a fee and an allowance."
            yield Flaw(here, "ambiguous_name", message, "Give one of them another name.")
        seen: list[str] = []
        while then is not None and then in known and then not in seen:
            seen.append(then)
            then = known[then].then
        if slug in seen:
            message = f"Following `then` from `{slug}` leads back to it."
            yield Flaw(here, "circle", message, "Let the last one name a fee, or nothing.")


def _matched(topic: str, patterns: set[str]) -> bool:
    return any(p in ("*", topic) or topic.startswith(p + ".") for p in patterns)
