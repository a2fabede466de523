"""Scenarios played and compared: what passed, and a line for each thing that is otherwise."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.policy.language.standard import METRICS
from app.policy.scenarios import laws
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.desk import ScenarioDesk
from app.policy.scenarios.file import Case, Played, Scenario, ScenarioFile
from app.policy.scenarios.matching import Mismatch, mismatches
from app.policy.scenarios.memory import CannotPlay
from app.policy.scenarios.shelf import NoPolicy, Shelf


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of the report: which scenario, where in it, and what is otherwise."""

    scenario: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.scenario}{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Result:
    scenario: str
    failures: tuple[Failure, ...]


def play(file: ScenarioFile, shelf: Shelf, only: Collection[str] = ()) -> Iterator[Result]:
    """Each scenario of the file (or those named), on a desk of its own."""
    for scenario in file.scenarios:
        if not only or scenario.id in only:
            yield Result(scenario.id, tuple(_failures(scenario, file, shelf)))


def _failures(scenario: Scenario, file: ScenarioFile, shelf: Shelf) -> list[Failure]:
    if scenario.faults:
        return [Failure(scenario.id, "", fault) for fault in scenario.faults]
    found: list[Failure] = []
    for case in scenario.cases:
        try:
            found += _case_failures(scenario, case, file, shelf)
        except NoPolicy as lacking:
            found.append(Failure(scenario.id, "", str(lacking)))
    _check_clauses(scenario, file, shelf, found)
    return list(dict.fromkeys(found))


def _check_clauses(scenario: Scenario, file: ScenarioFile, shelf: Shelf, found: list[Failure]) -> None:
    """A scenario exercises clauses of the policies it names."""
    known: set[str] = set()
    for provider in {case.policy for case in scenario.cases}:
        try:
            known |= set(shelf.policy(provider, {}, file.holidays).document.clauses)
        except NoPolicy:
            return
    found += [Failure(scenario.id, "", f"clauses: there is no clause {c}") for c in scenario.clauses if c not in known]


def _case_failures(scenario: Scenario, case: Case, file: ScenarioFile, shelf: Shelf) -> list[Failure]:
    row = f" row {case.row}" if case.row else ""
    policy = shelf.policy(case.policy, scenario.overrides, file.holidays)
    desk = ScenarioDesk(policy, file.accounts)
    found: list[Failure] = []
    for number, played in enumerate((*case.given, case.when), start=1):
        where = row if played is case.when else f"{row} given {number}"
        try:
            answer = desk.play(played)
        except CannotPlay as cannot:
            return [*found, Failure(scenario.id, where, str(cannot))]
        found += [Failure(scenario.id, where, str(m)) for m in _otherwise(played, answer)]
    return found


def _otherwise(played: Played, answer: Answer) -> list[Mismatch]:
    expected = {k: v for k, v in played.then.items() if k not in ("explained", "no_effects")}
    expected["targets"] = _with_null_targets(expected.get("targets"))
    if expected["targets"] is None:
        del expected["targets"]
    happened = [e["type"] for e in answer.groups.get("effects") or ()]
    unwanted = [t for t in played.then.get("no_effects") or () if t in happened]
    return [
        *_unknown_metrics(played, answer),
        *mismatches(expected, answer.groups),
        *(Mismatch("no_effects", t, happened) for t in unwanted),
        *laws.broken(answer),
    ]


def _unknown_metrics(played: Played, answer: Answer) -> list[Mismatch]:
    """A target of a metric that nobody knows would be absent whatever happens."""
    own = answer.policy.document.metrics if answer.policy is not None else {}
    wanted = played.then.get("targets") or {}
    return [Mismatch(f"targets.{m}", "a metric of the policy", m) for m in wanted if m not in METRICS and m not in own]


def _with_null_targets(targets: dict[str, object] | None) -> dict[str, object] | None:
    """No time is promised: no such target, or one without a due time."""
    if targets is None:
        return None
    return {metric: {"due": None} if wanted is None else wanted for metric, wanted in targets.items()}
