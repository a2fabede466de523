"""Scenarios told to the desk over HTTP: each step is what its caller would send, at the step's own time."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from app.db.tables.policies import SettingsRevision
from app.policy.scenarios import steps
from app.policy.scenarios.file import Case, Played, Scenario, ScenarioFile
from app.policy.scenarios.matching import mismatches
from app.policy.scenarios.memory import ORDINARY
from tests import factories
from tests.api.playing import entrances, money, people, policies, requests, verbs
from tests.api.playing.answers import expected
from tests.api.playing.play import Play
from tests.api.playing.town import NotOffered, Town
from tests.frontdesk import NOW

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_ASKING = ("classify", "read")
"""Steps that change nothing."""


async def told_to(play: Play, played: Played) -> list[str]:
    """What is otherwise than the step expects; NotOffered where it cannot be told."""
    step = played.step
    play.front.now = step.at.astimezone(UTC) if step.at is not None else ORDINARY
    groups = await _STEPS[type(step)](play, step)
    if played.as_ is not None and "problem" not in groups:
        play.tickets[played.as_] = str(
            await play.front.owner.fetchval("SELECT id FROM ticket ORDER BY id DESC LIMIT 1")
        )
    happened = {effect["type"] for effect in groups.get("effects") or ()}
    unwanted = [f"no_effects: {type_} follows" for type_ in played.then.get("no_effects") or () if type_ in happened]
    return [str(m) for m in mismatches(expected(played.then, groups), groups)] + unwanted


_STEPS: Mapping[type[steps.Step], Callable[[Play, Any], Awaitable[dict[str, Any]]]] = {
    steps.TicketStep: requests.ticket,
    steps.ClassifyStep: requests.classify,
    steps.MessageStep: requests.message,
    steps.EventStep: requests.event,
    steps.TransitionStep: verbs.transition,
    steps.QuoteStep: money.quote,
    steps.ActionStep: people.action,
    steps.ContactStep: people.contact,
    steps.NoticeStep: entrances.announce,
    steps.ReadStep: policies.read,
    steps.PublishStep: policies.publish,
    steps.QueueStep: policies.queue,
    steps.ReportStep: policies.report,
}


@dataclass
class Told:
    """What came of telling scenarios over HTTP."""

    played: int = 0
    otherwise: list[str] = field(default_factory=list)
    not_offered: Counter[str] = field(default_factory=Counter)


async def tell(file: ScenarioFile, scenario: Scenario, case: Case, town: Town, told: Told) -> None:
    if not town.untouched:
        await town.emptied()
    kinds = {played.kind for played in (*case.given, case.when)}
    town.untouched = kinds <= set(_ASKING) and not scenario.overrides
    if scenario.overrides:
        holidays = {name: [str(day) for day in days] for name, days in file.holidays.items()}
        document = {"assumptions": dict(scenario.overrides), "holidays": holidays}
        number = int(sha256(orjson.dumps(document)).hexdigest()[:6], 16) + 1
        await factories.insert(
            town.front.owner,
            SettingsRevision(id=factories.new_id(), provider_id=town.provider.id, number=number, document=document,
                             effective_from=LONG_AGO, published_by="admin", created_at=NOW),
        )  # fmt: skip
    play = Play(town, file)
    row = f" row {case.row}" if case.row else ""
    for number, played in enumerate((*case.given, case.when), start=1):
        where = "" if played is case.when else f" given {number}"
        try:
            wrong = await told_to(play, played)
        except NotOffered as reason:
            told.not_offered[str(reason)] += 1
            return
        told.played += 1
        told.otherwise += [f"{scenario.id}{row}{where}: {line}" for line in wrong]
