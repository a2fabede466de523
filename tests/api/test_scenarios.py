"""What the policies promise, told to the desk over HTTP: the same scenarios as the engine's, against real Postgres."""

from collections import Counter
from pathlib import Path

import pytest

from app.policy.scenarios.file import Case, ScenarioFile, read_file
from app.policy.scenarios.steps import ReportStep
from tests.api.playing.telling import Told, tell
from tests.api.playing.town import Town
from tests.frontdesk import FrontDesk

FOLDER = Path(__file__).parents[1] / "policy" / "scenarios"
FILES = {path.stem: read_file(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
ELSEWHERE = frozenset(
    {
        "a fact that staff do not assert",
        "a reseller's request without its account",
        "a step of somebody who has no token",
        "a request of nobody",
        "an address that is none",
        "a message with an action",
        "a price for nobody in particular",
        "a change of contacts with facts",
        "a change of somebody who is not listed",
        "what lies out of reach",
    }
)
"""Steps that HTTP has other ways for: whoever has no token sends no request, faulty input is a 422."""


_STORIES = ("message", "transition", "contact", "action", "event", "notice", "queue", "report")


def has_a_story(case: Case) -> bool:
    """More than one step, or one that changes what is there; none that takes long."""
    return (bool(case.given) or case.when.kind in _STORIES) and not _takes_long(case)


def _takes_long(case: Case) -> bool:
    """A publication is judged as a whole, and whoever counts thousands of tickets has to make them first."""
    kinds = {played.kind for played in (*case.given, case.when)}
    counts = case.when.step.counts if isinstance(case.when.step, ReportStep) else {}
    return "publish" in kinds or sum(counts.values()) > 1_000


@pytest.mark.parametrize("name", FILES)
async def test_the_desk_keeps_the_promise_over_http(front: FrontDesk, name: str) -> None:
    _judge(name, await _told(front, FILES[name], every=False))


@pytest.mark.timeout(600)
@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
async def test_the_desk_keeps_every_promise_over_http(front: FrontDesk, name: str) -> None:
    _judge(name, await _told(front, FILES[name], every=True))


def _judge(name: str, told: Told) -> None:
    print(f"{name}: {told.played} steps told; not offered: {dict(told.not_offered)}")
    assert told.otherwise == [], "\n".join(told.otherwise)
    assert set(told.not_offered) <= ELSEWHERE
    assert told.played >= sum(told.not_offered.values()) or name.startswith("cross")


async def _told(front: FrontDesk, file: ScenarioFile, *, every: bool) -> Told:
    """`every`: all of them; else those with a story, and every eighth of those that only ask."""
    told, towns, asked = Told(not_offered=Counter()), dict[str, Town](), 0
    for scenario in file.scenarios:
        for case in scenario.cases:
            asked += case.when.kind == "classify"
            sampled = asked % 8 == 0 if case.when.kind == "classify" else has_a_story(case)
            if not (every or sampled):
                continue
            if case.policy not in towns:
                towns[case.policy] = await Town.built(front, case.policy, file.accounts)
            await tell(file, scenario, case, towns[case.policy], told)
    for town in towns.values():
        await town.emptied()
    return told
