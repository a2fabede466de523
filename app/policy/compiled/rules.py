"""The decision table: rules by stage, found by what they ask for first, so that many rules cost little."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.policy.compiled.conditions import Condition
from app.policy.language.effects import Require, SetDepartment, SetFact, SetLevel, SetOutcome, SetPriority, SetTopic
from app.policy.language.rules import Rule


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: Rule
    when: Condition
    admits: bool
    """Whether it may refuse, hold or merge: what an exemption spares."""
    position: int

    @classmethod
    def of(cls, rule: Rule, when: Condition, position: int) -> "CompiledRule":
        admits = any(isinstance(effect, SetOutcome | Require) for effect in (*rule.then, *rule.else_))
        return cls(rule, when, admits, position)


class RuleTable:
    """Rules of one stage. A rule that asks for a certain value of a fact is looked at only where the fact has it."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        topics: frozenset[str],
        wider: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> None:
        self._topics = topics
        self._above = {
            fact: {own: standard for standard, below in values.items() for own in below}
            for fact, values in wider.items()
        }
        self._always: list[CompiledRule] = []
        self._by_fact: dict[str, dict[Any, list[CompiledRule]]] = {}
        moving = _changed_by(rules)
        for ready in rules:
            pin = _pin(ready, moving)
            if pin is None:
                self._always.append(ready)
                continue
            fact, options = pin
            for option in options:
                self._by_fact.setdefault(fact, {}).setdefault(option, []).append(ready)

    def candidates(self, values: Mapping[str, Any]) -> Iterable[CompiledRule]:
        """The rules that may apply, in the document's order; whether they do is for their conditions to say."""
        found = {}
        for fact, table in self._by_fact.items():
            value = values.get(fact)
            for option in self._options(fact, value):
                for ready in table.get(option, ()):
                    found[ready.position] = ready
        if not found:
            return self._always
        return sorted((*self._always, *found.values()), key=lambda ready: ready.position)

    def _options(self, fact: str, value: Any) -> Iterable[Any]:
        if value is None:
            return ()
        if fact in self._topics:
            return _prefixes(str(value))
        if fact in self._above and isinstance(value, str) and value in self._above[fact]:
            return (value, self._above[fact][value])
        return value if isinstance(value, list | tuple) else (value,)


def _prefixes(topic: str) -> list[str]:
    parts = topic.split(".")
    return ["*", *(".".join(parts[: n + 1]) for n in range(len(parts)))]


def _changed_by(rules: Sequence[CompiledRule]) -> set[str]:
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
