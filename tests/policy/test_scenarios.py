"""What five support policies promise, scenario by scenario; and that none of it passes by accident."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.policy.library.files import library, policy_text
from app.policy.scenarios.file import Scenario, ScenarioFile, read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf

FOLDER = Path(__file__).parent / "scenarios"
FILES = {path.stem: read_file(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
SHELF = Shelf(policy_text, library())
EVERY = [pytest.param(FILES[name], s, id=f"{name}: {s.id}") for name in FILES for s in FILES[name].scenarios]


def failures(file: ScenarioFile, scenario: Scenario) -> list[str]:
    (result,) = play(file, SHELF, {scenario.id})
    return [str(failure) for failure in result.failures]


def test_the_scenarios_are_there() -> None:
    assert {"brs", "cross", "kenotronix", "mexxus", "plutus", "tsc"} <= set(FILES)
    assert len(EVERY) >= 235


@pytest.mark.parametrize(("file", "scenario"), EVERY)
def test_the_policy_keeps_its_promise(file: ScenarioFile, scenario: Scenario) -> None:
    assert failures(file, scenario) == []


# ── negative control: an expectation that is changed fails, wherever it stands ──
def otherwise(value: Any) -> Any:
    """Another value of the same kind, that the answer cannot have as well."""
    if isinstance(value, Mapping):
        last = list(value)[-1]
        return {**value, last: otherwise(value[last])}
    if isinstance(value, list | tuple):
        return [*value[:-1], otherwise(value[-1])] if value else ["something"]
    return {"something": True} if value is None else _other_leaf(value)


def _other_leaf(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case datetime():
            return value + timedelta(seconds=1)
        case _:
            return f"not {value}"


def mutants(scenario: Scenario) -> list[tuple[str, Scenario]]:
    """The scenario with each of its expectations changed, one at a time."""
    made = []
    for number, case in enumerate(scenario.cases):
        for group, value in case.when.then.items():
            if group in ("explained", "no_effects"):
                continue
            then = {**case.when.then, group: otherwise(value)}
            when = type(case.when)(case.when.kind, case.when.step, case.when.as_, then)
            changed = type(case)(case.row, case.policy, case.given, when)
            cases = (*scenario.cases[:number], changed, *scenario.cases[number + 1 :])
            mutant = Scenario(scenario.id, scenario.title, scenario.clauses, scenario.overrides, cases)
            made.append((f"{scenario.id} row {case.row}: {group}", mutant))
    return made


def survivors(every: int) -> list[str]:
    lived = []
    number = 0
    for file in FILES.values():
        for scenario in file.scenarios:
            for place, mutant in mutants(scenario):
                number += 1
                if number % every == 0 and not failures(_with(file, mutant), mutant):
                    lived.append(place)
    return lived


def _with(file: ScenarioFile, scenario: Scenario) -> ScenarioFile:
    return ScenarioFile(file.holidays, file.accounts, (scenario,))


def test_an_expectation_that_is_changed_fails() -> None:
    assert survivors(every=11) == []


@pytest.mark.long
def test_every_expectation_that_is_changed_fails() -> None:
    assert survivors(every=1) == []
