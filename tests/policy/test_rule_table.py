"""Rules are found by what they ask for: none that applies is passed over, whatever was asked before."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.compiled.conditions import ALWAYS
from app.policy.compiled.rules import CompiledRule, steadily_asked
from app.policy.compiled.table import Table
from app.policy.language.rules import Rule
from app.policy.library.files import providers
from tests.benchmarks.decisions import compiled

OTHERS = (None, "", "nobody_names_this", "email.offline.at_night", True, False, 1, ["nobody_names_this", "email"])


def wanted(when: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every fact that a condition speaks of, with a value that it names."""
    for fact, value in when.items():
        if fact in ("any", "all"):
            for part in value:
                yield from wanted(part)
        elif not isinstance(value, dict):
            for one in value if isinstance(value, list) else [value]:
                yield fact, one
                yield fact, [one, "nobody_names_this"]
                if isinstance(one, str):
                    yield fact, f"{one}.below"


def situations(rules: tuple[CompiledRule, ...], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Values out of those that the rules name and of others, each combination by chance."""
    named: dict[str, list[Any]] = {}
    for ready in rules:
        for fact, value in wanted(ready.rule.when):
            named.setdefault(fact, list(OTHERS)).append(value)
    for _ in range(40):
        yield {fact: chance.choice(values) for fact, values in named.items()}


@pytest.fixture(scope="module", params=providers())
def policy(request: pytest.FixtureRequest) -> CompiledPolicy:
    return compiled(request.param)


def test_whatever_applies_is_found_in_the_documents_order(policy: CompiledPolicy) -> None:
    applied = 0
    for stage, rules in policy.rules.items():
        for values in situations(rules, random.Random(stage)):
            found = list(policy.candidates(stage, values))
            assert found == [ready for ready in rules if ready in found]
            for ready in rules:
                if ready.when.holds(values) or ready.else_:
                    assert ready in found
                    applied += 1
    assert applied > 20


def test_what_is_found_does_not_hang_on_what_was_asked_before(policy: CompiledPolicy) -> None:
    again = compiled(policy.document.provider)
    for stage, rules in policy.rules.items():
        asked = list(situations(rules, random.Random(f"{stage} again")))
        forwards = [[r.position for r in policy.candidates(stage, values)] for values in asked]
        backwards = [[r.position for r in again.candidates(stage, values)] for values in reversed(asked)]
        assert forwards == backwards[::-1]


def test_a_stage_without_rules_has_none() -> None:
    assert list(compiled("brs").candidates("schedule", {"topic": "email"})) == []


def test_no_more_is_remembered_than_fits() -> None:
    policy = compiled("mexxus")
    for number in range(3_000):
        policy.candidates("priority", {"topic": f"web.made_up_{number}"})
    table = policy.tables["priority"]
    assert [len(finder) for finder in table._finders] == [1_000]
    assert len(table._kept) < 10


def test_a_rule_about_a_standard_value_is_found_for_the_documents_own_values_below_it() -> None:
    wide = Rule.model_validate({"stage": "fee", "when": {"cause": "third_party"}})
    other = Rule.model_validate({"stage": "fee", "when": {"cause": "customer"}})
    rules = [CompiledRule.of(rule, ALWAYS, position) for position, rule in enumerate((wide, other))]
    table = Table(steadily_asked(rules), frozenset(), {"cause": {"third_party": ("registry",)}})
    found = {cause: [r.rule for r in table.candidates({"cause": cause})] for cause in ("registry", "customer", "else")}
    assert found == {"registry": [wide], "customer": [other], "else": []}


def test_targets_and_departments_that_apply_are_found_in_their_order(policy: CompiledPolicy) -> None:
    departments = [(slug, department.when) for slug, department in policy.document.departments.items()]
    chance = random.Random("targets")
    named: dict[str, list[Any]] = {}
    for when in (*(promised.target.when for promised in policy.targets), *(when for _, when in departments)):
        for fact, value in wanted(when):
            named.setdefault(fact, list(OTHERS)).append(value)
    for _ in range(60):
        values = {fact: chance.choice(known) for fact, known in named.items()}
        promised = [each for each in policy.targets_asked.candidates(values) if each.when.holds(values)]
        assert promised == [each for each in policy.targets if each.when.holds(values)]
        found = [slug for slug, _, when in policy.departments.candidates(values) if when.holds(values)]
        fitting = [slug for slug, when in departments if policy.condition(when).holds(values)]
        assert sorted(found) == sorted(fitting)
