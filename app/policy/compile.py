"""A policy made ready to decide by: settled, indexed once, immutable."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeGuard, TypeVar

from app.policy.compiled.channels import Channels, CompiledChannel
from app.policy.compiled.citing import Citations
from app.policy.compiled.conditions import Condition, Conditions, matches_topic
from app.policy.compiled.counting import HELP_SHOWN, worth_counting
from app.policy.compiled.coverage import CoverageTable
from app.policy.compiled.promises import CompiledTarget
from app.policy.compiled.rules import CompiledRule, asked_of, changed_by, steadily_asked
from app.policy.compiled.table import Table
from app.policy.compiled.timetable import Timetable
from app.policy.decision import AssumptionUsed
from app.policy.language import tables
from app.policy.language.awaited import Awaited
from app.policy.language.document import Document
from app.policy.language.entrances import Action
from app.policy.language.matters import Alias
from app.policy.language.model import Words, words
from app.policy.language.prices import Band, Fee, Part, Step
from app.policy.language.promises import Department, Target
from app.policy.language.reading import Names
from app.policy.language.standard import HELPED_BEFORE, STATED
from app.policy.language.stating import TIMED
from app.policy.time.calendars import Calendar as OpeningTimes

Numbers = tuple[int, int]
"""Version of the policy, and revision of the operator's settings."""

E = TypeVar("E")

_DERIVED_TOPICS = frozenset({"topic", "topic.given", "similar_to", "about"})


@dataclass(frozen=True, slots=True)
class OfTopic:
    expected_level: int | None
    defaults: Mapping[str, Any]


@dataclass(frozen=True)
class CompiledPolicy:
    """A document with the operator's settings applied; shared by all decisions, never changed."""

    document: Document
    version: int
    revision: int
    chosen: Mapping[str, str]
    """The reading in force of every assumption."""
    templates: Mapping[str, Words] = field(default_factory=dict)
    """The operator's own words, by what they stand for."""
    settled_from: datetime | None = None
    """Since when the settings count; none without settings."""
    earlier: Mapping[Numbers, "CompiledPolicy"] = field(default_factory=dict)
    """What clocks at hand were planned by before, for the calendars in which their past is measured."""

    def template(self, name: str, language: str | None = None) -> str | None:
        """The operator's words in this language, else in the policy's own."""
        own = self.templates.get(name)
        return words(own, language or self.document.locale, self.document.locale) if own is not None else None

    # ── versions ─────────────────────────────────────────────────────────────
    @cached_property
    def numbers(self) -> Numbers:
        return self.version, self.revision

    @property
    def since(self) -> datetime | None:
        """From when both the version and the settings count."""
        begun = [at for at in (self.document.effective_from, self.settled_from) if at is not None]
        return max(begun, default=None)

    def knowing(self, earlier: Iterable["CompiledPolicy"]) -> "CompiledPolicy":
        """The same policy, with others that clocks were planned by."""
        others = {policy.numbers: policy for policy in earlier if policy.numbers != self.numbers}
        if not others:
            return self
        twin = copy(self)  # with all that is indexed already
        object.__setattr__(twin, "earlier", others)
        return twin

    def numbered(self, numbers: Numbers) -> "CompiledPolicy":
        """The policy that a clock was planned by; itself where that one is not at hand."""
        return self.earlier.get(numbers, self)

    # ── facts ────────────────────────────────────────────────────────────────
    @cached_property
    def aliases(self) -> dict[str, str]:
        return {alias: name for name, fact in self.document.facts.items() for alias in fact.aliases}

    @cached_property
    def topic_facts(self) -> frozenset[str]:
        return _DERIVED_TOPICS | {name for name, fact in self.document.facts.items() if fact.type == "topic"}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        return {name: f.default for name, f in self.document.facts.items() if f.default is not None}

    @cached_property
    def defaults_by_topic(self) -> dict[str, Mapping[str, Any]]:
        return {name: f.by_topic for name, f in self.document.facts.items() if f.by_topic}

    @cached_property
    def names(self) -> Names:
        """Every name the document uses, to check against what is stated."""
        return Names(self.document)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], Any]]:
        """Facts whose stated JSON value means something richer: an instant, an amount, a length of time."""
        by_type = {**TIMED, "decimal": _decimal, "money": _decimal}
        return {name: by_type[fact.type] for name, fact in self.document.facts.items() if fact.type in by_type}

    def stated(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts under the document's own names, with the values that they mean."""
        aliases, readers, own = self.aliases, self._readers, {}
        for given, value in facts.items():
            name = aliases.get(given, given)
            own[name] = readers[name](value) if name in readers else value
        return own

    @cached_property
    def most_helped(self) -> int:
        """So much earlier help is worth counting: more decides nothing else. 0: nothing asks for it."""
        most = worth_counting(self.document, HELPED_BEFORE)
        return max(most, HELP_SHOWN) if most else 0

    @cached_property
    def quiet_facts(self) -> frozenset[str]:
        """Facts whose values never appear in a citation: what a person wrote or is called."""
        return frozenset(n for n, f in self.document.facts.items() if f.personal or f.type in ("text", "email", "list"))

    @cached_property
    def wider(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Per fact, the document's own values below each standard one."""
        return {name: dict(f.within) for name, f in self.document.facts.items() if f.within}

    @cached_property
    def _conditions(self) -> Conditions:
        return Conditions(self.topic_facts.__contains__, self.calendar, self.wider)

    def condition(self, predicate: Mapping[str, Any] | None) -> Condition:
        return self._conditions.build(predicate)

    # ── what follows from the topic alone ────────────────────────────────────
    @cached_property
    def _of_topic(self) -> dict[str, "OfTopic"]:
        return {}

    def of_topic(self, topic: str) -> "OfTopic":
        """Expected level and default facts; kept for the topics that the document knows."""
        known = self._of_topic.get(topic)
        if known is None:
            levels = self.document.levels.items()
            known = OfTopic(
                next((n for n, level in levels if matches_topic(topic, level.topics)), None),
                {
                    name: found
                    for name, by in self.defaults_by_topic.items()
                    if (found := _nearest(by, topic)) is not None
                },
            )
            if topic in self.document.topics:
                self._of_topic[topic] = known
        return known

    # ── the decision table ───────────────────────────────────────────────────
    @cached_property
    def rules(self) -> dict[str, tuple[CompiledRule, ...]]:
        table: dict[str, list[CompiledRule]] = {}
        for position, rule in enumerate(tables.rules(self.document)):
            ready = CompiledRule.of(rule, self.condition(rule.when), position)
            table.setdefault(rule.stage, []).append(ready)
        return {stage: tuple(rules) for stage, rules in table.items()}

    @cached_property
    def tables(self) -> dict[str, Table[CompiledRule]]:
        """By stage, those that have rules."""
        return {stage: self._table(steadily_asked(rules)) for stage, rules in self.rules.items()}

    def _table(self, entries: Iterable[tuple[E, Mapping[str, Any]]]) -> Table[E]:
        return Table(entries, self.topic_facts, self.wider)

    def candidates(self, stage: str, values: Mapping[str, Any]) -> Sequence[CompiledRule]:
        """Rules of a stage that may apply to these values, in the document's order."""
        table = self.tables.get(stage)
        return table.candidates(values) if table is not None else ()

    @cached_property
    def _refusing(self) -> dict[tuple[str, ...], tuple[Condition, ...]]:
        return {}

    def refusing(self, stage: str, *names: str) -> tuple[Condition, ...]:
        """Of each rule of a stage that may end admission, what it asks of these values; if none holds, none does."""
        known = self._refusing.get((stage, *names))
        if known is None:
            may_differ = {*self.document.facts, *STATED, *changed_by(self.rules.get("topic", ()))}
            asked = asked_of(self.rules.get(stage, ()), frozenset(names) - may_differ)
            known = self._refusing[stage, *names] = tuple(map(self.condition, asked))
        return known

    @cached_property
    def at_a_glance(self) -> dict[Hashable, Any]:
        """What follows from it and a few facts alone, by these; kept, and bounded, by whoever works it out."""
        return {}

    @cached_property
    def of_accounts(self) -> dict[int, Any]:
        """What accounts say of themselves under it, by their identity; kept, and bounded, likewise."""
        return {}

    @cached_property
    def looks_back(self) -> timedelta | None:
        """How far for a request about the same; earlier events are no tickets. None: it looks for none."""
        rules = (r.rule for stage, rules in self.rules.items() if stage != "event" for r in rules)
        return max((rule.same.within for rule in rules if rule.same), default=None)

    @cached_property
    def joins_duplicates(self) -> bool:
        """Whether a rule about duplicates asks for what else is open."""
        return any(ready.rule.same for ready in self.rules.get("duplicate", ()))

    @cached_property
    def coverage(self) -> CoverageTable:
        return CoverageTable(self.document, self.condition)

    @cached_property
    def targets(self) -> tuple[CompiledTarget, ...]:
        """Departments before priorities before the rest, then the document's order."""

        def rank(numbered: tuple[int, Target]) -> tuple[int, int]:
            position, target = numbered
            reads = self.condition(target.when).reads
            return (0 if "department" in reads else 1 if "priority" in reads else 2, position)

        ordered = sorted(enumerate(tables.targets(self.document)), key=rank)
        return tuple(CompiledTarget.of(target, self.condition(target.when), self.document) for _, target in ordered)

    @cached_property
    def targets_asked(self) -> Table[CompiledTarget]:
        return self._table((promised, promised.target.when) for promised in self.targets)

    @cached_property
    def awaited(self) -> Awaited:
        return Awaited(self.document)

    @cached_property
    def departments(self) -> Table[tuple[str, Department, Condition]]:
        """Conditional departments first; the one without a condition is the default."""
        listed = [(slug, d, self.condition(d.when)) for slug, d in self.document.departments.items()]
        return self._table((each, each[1].when) for each in sorted(listed, key=lambda d: not d[1].when))

    @cached_property
    def topic_aliases(self) -> tuple[tuple[Alias, Condition], ...]:
        whole = ((alias, {"topic": list(alias.topics), **alias.when}) for alias in self.document.aliases)
        return tuple((alias, self.condition(predicate)) for alias, predicate in whole)

    @cached_property
    def agreeing(self) -> frozenset[str]:
        """Those who may agree to a price: the roles with the capability, or all where the policy gives it to none."""
        roles = self.document.contacts
        capable = {slug for slug, role in roles.items() if {"consent", "everything"} & set(role.may)}
        return frozenset({*(capable or roles), "reseller", "requester"})

    @cached_property
    def waivers(self) -> dict[str, Condition]:
        return {slug: self.condition(f.waive_when) for slug, f in self.document.fees.items() if f.waive_when}

    # ── entrances ────────────────────────────────────────────────────────────
    @cached_property
    def _channels(self) -> Channels:
        return Channels(self.document, self.condition)

    @property
    def official_channels(self) -> tuple[str, ...]:
        return self._channels.official

    @property
    def spoken_channels(self) -> frozenset[str]:
        return self._channels.spoken

    def channel(self, entrance: str | None, menu_option: int | None) -> CompiledChannel | None:
        """The channel that a request came by; none named: the policy's first official one."""
        return self._channels.find(entrance, menu_option)

    def action(self, slug: str) -> Action | None:
        return self.document.actions.get(slug) or self.document.actions.get("*")

    @cached_property
    def action_conditions(self) -> dict[str, tuple[Condition | None, tuple[tuple[str, Condition], ...]]]:
        return {
            slug: (
                self.condition(a.excluded_when) if a.excluded_when is not None else None,
                tuple((d.to, self.condition(d.when)) for d in a.deliver_to),
            )
            for slug, a in self.document.actions.items()
        }

    @cached_property
    def _products(self) -> dict[str, str]:
        return {alias: slug for slug, p in self.document.products.items() for alias in (slug, *p.aliases)}

    def product(self, name: str) -> str:
        """The document's name of a product; one without coverage of its own goes by the general one."""
        found = self._products.get(name, name)
        return self._general if self._general is not None and found not in self._products_covered else found

    def same_product(self, name: str, other: str) -> bool:
        """Whether both are names of one product."""
        return self._products.get(name, name) == self._products.get(other, other)

    @cached_property
    def _general(self) -> str | None:
        return next((slug for slug, product in self.document.products.items() if product.general), None)

    @cached_property
    def _products_covered(self) -> frozenset[str]:
        return frozenset(product for entry in self.document.coverage for product in entry.products)

    @cached_property
    def _fees(self) -> dict[str, Fee]:
        own = self.document.currency
        return {s: f if f.currency else f.model_copy(update={"currency": own}) for s, f in self.document.fees.items()}

    def fee(self, slug: str) -> Fee:
        """A tariff, with the currency of its price."""
        return self._fees[slug]

    @cached_property
    def currencies(self) -> frozenset[str]:
        """Currencies in which something has a price."""
        found = {self.document.currency}
        for fee in self.document.fees.values():
            parts: tuple[Fee | Part | Step | Band, ...] = (fee, *fee.parts, *fee.steps, *fee.bands)
            found |= {code for part in parts for code in part.amounts}
        return frozenset(found)

    # ── time ─────────────────────────────────────────────────────────────────
    @cached_property
    def timetable(self) -> Timetable:
        return Timetable(self.document)

    def calendar(self, slug: str, zone: str | None = None) -> OpeningTimes:
        """A calendar; one that goes by the customer's zone, in that zone where it is known."""
        return self.timetable.calendar(slug, zone)

    def has_calendar(self, slug: str | None) -> TypeGuard[str]:
        return slug in self.document.calendars

    # ── words ────────────────────────────────────────────────────────────────
    @cached_property
    def _citations(self) -> dict[str, Citations]:
        return {}

    def citations(self, language: str) -> Citations:
        """Every clause in words, and as it is cited; kept for the languages of the document."""
        known = self._citations.get(language)
        if known is None:
            document = self.document
            clauses = document.clauses.items()
            known = Citations({id_: words(clause.text, language, document.locale) for id_, clause in clauses})
            if language == document.locale or language in document.languages:
                self._citations[language] = known
        return known

    def sentence(self, clause: str, language: str) -> str:
        return self.citations(language).sentences.get(clause, "")

    def priority_rank(self, priority: str | None) -> int:
        known = self.document.priorities.get(priority or "")
        return known.rank if known else 0

    def in_force(self, at: datetime) -> bool:
        start, end = self.document.effective_from, self.document.effective_until
        return (start is None or start <= at) and (end is None or at < end)

    @cached_property
    def readings(self) -> Mapping[str, AssumptionUsed]:
        """The reading in force of every assumption, as a decision that rests on it says so."""
        return {
            id_: AssumptionUsed(id_, self.chosen.get(id_, "")) for id_ in (*self.document.assumptions, *self.chosen)
        }


def _nearest(by_topic: Mapping[str, Any], topic: str) -> Any:
    fitting = [pattern for pattern in by_topic if matches_topic(topic, (pattern,))]
    return by_topic[max(fitting, key=len)] if fitting else None


def _decimal(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else value
