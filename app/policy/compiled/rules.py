"""The decision table: rules by stage, found by what they ask for first, so that many rules cost little."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import getitem
from typing import Any

from app.policy.compiled.conditions import Condition
from app.policy.language.effects import (
    Effect,
    Require,
    SetDepartment,
    SetFact,
    SetLevel,
    SetOutcome,
    SetPriority,
    SetTopic,
)
from app.policy.language.rules import Rule, Same


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """What is asked for with every request stands here itself; the rest is the rule's."""

    rule: Rule
    when: Condition
    admits: bool
    """Whether it may refuse, hold or merge: what an exemption spares."""
    position: int
    then: tuple[Effect, ...]
    else_: tuple[Effect, ...]
    same: Same | None
    stop: bool

    @classmethod
    def of(cls, rule: Rule, when: Condition, position: int) -> "CompiledRule":
        admits = any(isinstance(effect, SetOutcome | Require) for effect in (*rule.then, *rule.else_))
        return cls(rule, when, admits, position, rule.then, rule.else_, rule.same, rule.stop)


Hits = tuple[Any, ...]
"""Values by which rules are found."""

_MOST_KEPT = 1_000


class _Finder(dict[Any, Hits]):
    """By value of one fact, what rules that may apply to it ask for; so many values are remembered."""

    def __init__(self, asked: Container[Any], options: Callable[[Any], Iterable[Any]]) -> None:
        super().__init__()
        self._asked, self._options = asked, options

    def __missing__(self, value: Any) -> Hits:
        hits = tuple(option for option in self._options(value) if option in self._asked)
        if len(self) < _MOST_KEPT:
            self[value] = hits
        return hits


class RuleTable:
    """Rules of one stage. A rule that asks for a certain value of a fact is looked at only where the fact has it."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        topics: frozenset[str],
        wider: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> None:
        self._always: list[CompiledRule] = []
        self._by_fact: dict[str, dict[Any, list[CompiledRule]]] = {}
        moving = changed_by(rules)
        for ready in rules:
            pin = _pin(ready, moving)
            if pin is None:
                self._always.append(ready)
                continue
            fact, options = pin
            for option in options:
                self._by_fact.setdefault(fact, {}).setdefault(option, []).append(ready)
        self._facts = tuple(self._by_fact)
        self._finders = tuple(
            _Finder(table, _prefixes if fact in topics else _and_above(wider.get(fact, {})))
            for fact, table in self._by_fact.items()
        )
        self._kept: dict[tuple[Hits, ...], Sequence[CompiledRule]] = {}

    def candidates(self, values: Mapping[str, Any]) -> Sequence[CompiledRule]:
        """The rules that may apply, in the document's order; whether they do is for their conditions to say."""
        try:
            hits = tuple(map(getitem, self._finders, map(values.get, self._facts)))
        except TypeError:  # one of them is a list
            hits = tuple(map(getitem, self._finders, map(_hashable, map(values.get, self._facts))))
        known = self._kept.get(hits)
        if known is None:
            known = self._found(hits)
            if len(self._kept) < _MOST_KEPT:
                self._kept[hits] = known
        return known

    def _found(self, hits: Iterable[Hits]) -> Sequence[CompiledRule]:
        found = {ready.position: ready for ready in self._always}
        for table, options in zip(self._by_fact.values(), hits, strict=True):
            found |= {ready.position: ready for option in options for ready in table[option]}
        return tuple(found[position] for position in sorted(found))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _and_above(below: Mapping[str, Sequence[str]]) -> Callable[[Any], Iterable[Any]]:
    """Of a value: itself and the standard value above it; of several, each as it is."""
    above = {own: standard for standard, values in below.items() for own in values}

    def options(value: Any) -> Iterable[Any]:
        if isinstance(value, str) and value in above:
            return (value, above[value])
        return value if isinstance(value, tuple) else (value,)

    return options


def _prefixes(topic: Any) -> Iterable[str]:
    if topic is None:
        return ()
    parts = str(topic).split(".")
    return ["*", *(".".join(parts[: n + 1]) for n in range(len(parts)))]


def changed_by(rules: Sequence[CompiledRule]) -> set[str]:
    """Values that an earlier rule of the stage may change under a later one."""
    moving = {"emergency.valid", "outcome", "reason"}
    for ready in rules:
        for effect in (*ready.rule.then, *ready.rule.else_):
            match effect:
                case SetFact(fact=fact):
                    moving.add(fact)
                case SetTopic():
                    moving.add("topic")
                case SetPriority():
                    moving.add("priority")
                case SetDepartment() | SetLevel():
                    moving |= {"department", "level"}
                case _:
                    pass
    return moving


def asked_of(rules: Sequence[CompiledRule], names: frozenset[str]) -> list[dict[str, Any]]:
    """Of each rule that may end admission, the part of its condition that these values alone decide."""
    steady = names - changed_by(rules)
    return [
        {} if ready.rule.else_ else {name: wanted for name, wanted in ready.rule.when.items() if name in steady}
        for ready in rules
        if ready.admits
    ]


_FIRST = ("transition", "event", "action", "topic")


def _pin(ready: CompiledRule, moving: set[str]) -> tuple[str, Sequence[Any]] | None:
    """The fact by which a rule is found, with the values it takes."""
    if ready.rule.else_:
        return None
    pins = {fact: _values(wanted) for fact, wanted in ready.rule.when.items() if fact not in moving}
    usable = {fact: values for fact, values in pins.items() if values}
    for fact in (*_FIRST, *usable):
        if fact in usable:
            return fact, usable[fact]
    return None


def _values(wanted: Any) -> Sequence[Any]:
    options = wanted if isinstance(wanted, list | tuple) else (wanted,)
    if all(option is True or (isinstance(option, str) and not option[:1].isdigit()) for option in options):
        return options
    return ()
