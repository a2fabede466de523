"""Rules made ready: what each asks for, and what it may bring about."""

from collections.abc import Sequence
from dataclasses import dataclass
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


def steadily_asked(rules: Sequence[CompiledRule]) -> list[tuple[CompiledRule, dict[str, Any]]]:
    """Rules of one stage, each with what it asks of facts that no rule of the stage changes."""
    moving = changed_by(rules)
    return [
        (ready, {} if ready.else_ else {fact: wanted for fact, wanted in ready.rule.when.items() if fact not in moving})
        for ready in rules
    ]
