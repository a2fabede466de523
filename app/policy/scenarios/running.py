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
class Answered:
    """A step that was played, and the answer to it."""

    where: str
    played: Played
    answer: Answer


@dataclass(frozen=True, slots=True)
class Result:
    scenario: str
    failures: tuple[Failure, ...]
    answers: tuple[Answered, ...]


def play(file: ScenarioFile, shelf: Shelf, only: Collection[str] = ()) -> Iterator[Result]:
    """Each scenario of the file (or those named), on a desk of its own."""
    for scenario in file.scenarios:
        if not only or scenario.id in only:
            yield _result(scenario, file, shelf)


def _result(scenario: Scenario, file: ScenarioFile, shelf: Shelf) -> Result:
    if scenario.faults:
        return Result(scenario.id, tuple(Failure(scenario.id, "", fault) for fault in scenario.faults), ())
    found: list[Failure] = []
    answers: list[Answered] = []
    for case in scenario.cases:
        row = f" row {case.row}" if case.row else ""
        try:
            for answered in _answers(scenario, case, row, file, shelf):
                answers.append(answered)
                otherwise = _otherwise(answered.played, answered.answer)
                found += [Failure(scenario.id, answered.where, str(m)) for m in otherwise]
        except NoPolicy as lacking:
            found.append(Failure(scenario.id, "", str(lacking)))
        except _Unplayable as step:
            found.append(Failure(scenario.id, step.where, str(step)))
    _check_clauses(scenario, file, shelf, found)
    return Result(scenario.id, tuple(dict.fromkeys(found)), tuple(answers))


def _check_clauses(scenario: Scenario, file: ScenarioFile, shelf: Shelf, found: list[Failure]) -> None:
    """A scenario exercises clauses of the policies it names."""
    known: set[str] = set()
    for provider in {case.policy for case in scenario.cases}:
        try:
            known |= set(shelf.policy(provider, {}, file.holidays).document.clauses)
        except NoPolicy:
            return
    found += [Failure(scenario.id, "", f"clauses: there is no clause {c}") for c in scenario.clauses if c not in known]


class _Unplayable(Exception):  # noqa: N818 - it reads as what happened
    """Where a step stands that cannot be played, and why."""

    def __init__(self, where: str, why: CannotPlay) -> None:
        super().__init__(str(why))
        self.where = where


def _answers(scenario: Scenario, case: Case, row: str, file: ScenarioFile, shelf: Shelf) -> Iterator[Answered]:
    desk = ScenarioDesk(shelf.policy(case.policy, scenario.overrides, file.holidays), file.accounts)
    for number, played in enumerate((*case.given, case.when), start=1):
        where = row if played is case.when else f"{row} given {number}"
        try:
            yield Answered(where, played, desk.play(played))
        except CannotPlay as cannot:
            raise _Unplayable(where, cannot) from cannot


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
