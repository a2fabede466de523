"""An example made up for a clause: something that happens at a desk, and that the policy decides by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from pydantic import BaseModel, ValidationError

from app.policy.checks.references import parts
from app.policy.compile import CompiledPolicy
from app.policy.desk.credits import Miss, credits_due
from app.policy.examples.requests import CUSTOMER, RESELLER, TICKET, Scene, StepOf
from app.policy.examples.scenes import Scenes, resting_on
from app.policy.language.promises import Credits
from app.policy.scenarios.answer import Answer, of_reading
from app.policy.scenarios.desk import ScenarioDesk
from app.policy.scenarios.file import FileAccount, Played
from app.policy.scenarios.memory import CannotPlay
from app.policy.scenarios.steps import KINDS

_MOST = 600
"""Scenes that are tried for one part of the policy."""


@dataclass(frozen=True, slots=True)
class Example:
    """The steps as scenario files write them, and what the last one was answered."""

    scene: Scene
    answer: Answer


def example(policy: CompiledPolicy, clause: str, at: datetime) -> Example | None:
    """What is decided by the clause; None where nothing was found that is."""
    scenes = Scenes(policy, at)
    resting = list(resting_on(policy.document, clause, list(parts(policy.document))))
    made = (islice(scenes.about(part), _MOST) for part in resting)
    for scene in chain(chain.from_iterable(made), scenes.usual()):
        found = _played(policy, scene)
        if found is not None and _rests_on(found, clause):
            return Example(scene, found)
    return next((e for e in _in_credit(policy, resting, at) if _rests_on(e.answer, clause)), None)


def _rests_on(answer: Answer, clause: str) -> bool:
    return any(citation.clause == clause for citation in answer.citations)


def _in_credit(policy: CompiledPolicy, resting: Sequence[BaseModel], at: datetime) -> Iterator[Example]:
    """What misses, or little availability, oblige to: that is no step, and it is worked out at the end of a period."""
    for part in resting:
        if isinstance(part, Credits):
            for step in part.steps:
                counted = int(step.at_least) if part.count == "breaches" else step.at_least
                metric = next(iter(part.metrics), "resolve")
                misses = [Miss(metric=metric, at=at, late=timedelta(hours=1))] * int(counted)
                available = step.at_least if part.count == "availability" else None
                of_misses = misses if available is None else []
                found = credits_due(policy, of_misses, {part.of: "100.00"}, at, available)
                said = {"period": f"{at:%Y-%m}", part.count: str(counted), part.of: "100.00"}
                owed = [f"{credit.amount} {credit.currency}" for credit in found.credits]
                yield Example(Scene(("credits", said)), of_reading(policy, found, credits=owed))


def _played(policy: CompiledPolicy, scene: Scene) -> Answer | None:
    """The answer to the last step; None where the scene cannot be played."""
    try:
        desk = ScenarioDesk(policy, _accounts(policy, scene))
        for step in scene.given:
            desk.play(_step(step))
        return desk.play(_step(scene.when))
    except (CannotPlay, ValidationError):
        return None


def _accounts(policy: CompiledPolicy, scene: Scene) -> dict[str, FileAccount]:
    provider = policy.document.provider
    reseller = {"contacts": [{"role": RESELLER, "email": "support@reseller.example"}], "is_reseller": True}
    return {
        CUSTOMER: FileAccount.model_validate({"provider": provider, "account": "C1", "contacts": [], **scene.account}),
        RESELLER: FileAccount.model_validate({"provider": provider, "account": "R1", **reseller}),
    }


def _step(step: StepOf) -> Played:
    kind, said = step
    return Played(kind, KINDS[kind].model_validate(said), TICKET if kind == "ticket" else None, {})
