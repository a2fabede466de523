"""Of a hundred who do the same thing to the same thing at once one wins; nothing is lost, and nothing is done twice."""

import os
import random
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from app.base.settings import Settings
from app.db.pool import APP_ROLE, Database
from app.main import create_app
from app.policy.transitions import VERBS
from tests.api.conventions.repeating import SECRETS
from tests.api.walking import Operation, Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.chaos.mutants import unguarded
from tests.frontdesk import FrontDesk, open_front_desk
from tests.races.racing import MANY, Course
from tests.reliability.report import caught, examined

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
OPERATIONS: Final = operations_of(create_app(Settings()).openapi())
SEED: Final = int(os.environ.get("CLAUSEDESK_TEST_SEED", "1"))
LONG: Final = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
ALWAYS: Final = frozenset(
    {"consent_to_quote", "reveal_secure_form", "record_payment", "merge_ticket", "adopt_account", "assign_ticket"}
)
_LOSERS: Final = frozenset({403, 404, 409, 412})
"""It is not as it was, not there any more, or such that this cannot be done with it."""


_KEYS: Final = frozenset({"idempotency_key", "idempotency_key.version"})


def chosen(operations: list[Operation]) -> list[Operation]:
    """All; for every change a third of them, others with each seed, and those that matter most."""
    if LONG:
        return operations
    some = random.Random(SEED).sample(operations, len(operations) // 3)
    return [operation for operation in operations if operation in some or operation.id in ALWAYS]


CHANGES: Final = [operation for operation in OPERATIONS if not operation.reads]
VERSIONED: Final = [operation for operation in CHANGES if "if-match" in operation.parameters["header"]]
KEYED: Final = [operation for operation in CHANGES if "idempotency-key" in operation.parameters["header"]]


async def laid(front: FrontDesk) -> Course:
    ground = await Ground.laid(front)
    return Course(Walk(OPERATIONS, front.client, CALLS, ground.arrange), front.owner)


@pytest.fixture
async def course(keys_folder: Any, owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[Course]:
    """With as many connections as it takes for them to meet in the database."""
    database = await Database.connect(owner_dsn, role=APP_ROLE, size=12, queue=MANY)
    async with open_front_desk(keys_folder, database, owner) as front:
        yield await laid(front)
    await database.close()


async def test_of_changes_that_rest_on_one_version_one_is_made(course: Course) -> None:
    faults = []
    for operation in chosen(VERSIONED):
        written, _ = await course.alone(operation)
        finish = await course.race(operation, versioned=True)
        if len(finish.won) != 1 or not finish.lost.keys() <= _LOSERS or finish.written != written:
            faults.append(f"{operation.id}: {len(finish.won)} won, {finish.lost}, {finish.written} not {written}")
    examined("races", MANY * len(chosen(VERSIONED)), len(faults))
    assert not faults, "\n".join(faults)


async def test_what_can_be_done_once_is_done_once(course: Course) -> None:
    """Without a version: the state alone decides, whatever the callers have read."""
    once, faults = set(), []
    for operation in chosen(CHANGES):
        written, again = await course.alone(operation)
        if again.won and again.written.keys() - _KEYS:
            continue
        once.add(operation.id)
        finish = await course.race(operation)
        # Some tell whoever comes second what the first has made of it, and whoever came meanwhile to come again.
        winners = range(1, MANY + 1) if again.won else {1}
        losers = _LOSERS | again.lost.keys()
        same = {name: number for name, number in finish.written.items() if name not in _KEYS}
        meant = {name: number for name, number in written.items() if name not in _KEYS}
        if len(finish.won) not in winners or not finish.lost.keys() <= losers or same != meant:
            faults.append(f"{operation.id}: {len(finish.won)} won, {finish.lost}, {finish.written} not {written}")
    examined("races", MANY * len(once), len(faults))
    assert not faults, "\n".join(faults)
    assert once >= ALWAYS


async def test_a_request_that_is_sent_a_hundred_times_at_once_is_one(course: Course) -> None:
    faults = []
    for operation in chosen(KEYED):
        written, _ = await course.alone(operation)
        finish = await course.race(operation, key=uuid4().hex)
        told = {(answer.status_code, answer.content) for answer in finish.answers}
        alike = len(told) == 1 or (operation.id in SECRETS and finish.lost.keys() <= {409})
        if finish.written != written or not alike:
            faults.append(f"{operation.id}: {len(finish.won)} won, {finish.lost}, {finish.written} not {written}")
    examined("races", MANY * len(chosen(KEYED)), len(faults))
    assert not faults, "\n".join(faults)


def test_every_verb_is_raced() -> None:
    names = {
        "pay": "record_payment",
        "availability": "check_availability",
        "quote": "offer_quote",
        "merge": "merge_ticket",
    }
    raced = {operation.id for operation in (*VERSIONED, *KEYED)}
    missing = [
        verb
        for verb in VERBS
        if not {names.get(verb), verb, f"{verb}_ticket", f"{verb}_quote", f"{verb}_to_quote"} & raced
    ]
    assert not missing


# ── negative control ─────────────────────────────────────────────────────────
class Unguarded(Database):
    """Writes whatever was decided, also where the row has changed since."""

    async def fetchrow(self, provider_id: Any, statement: str, *args: object) -> asyncpg.Record | None:
        return await super().fetchrow(provider_id, unguarded(statement), *args)


@pytest.fixture
async def unguarded_course(keys_folder: Any, owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[Course]:
    database = await Unguarded.connect(owner_dsn, role=APP_ROLE, size=12, queue=MANY)
    async with open_front_desk(keys_folder, database, owner) as front:
        yield await laid(front)
    await database.close()


async def test_without_a_guard_more_than_one_wins(unguarded_course: Course) -> None:
    named = [operation for operation in OPERATIONS if operation.id in ("consent_to_quote", "assign_ticket")]
    doubled = 0
    for operation in named:
        finish = await unguarded_course.race(operation)
        doubled += len(finish.won) > 1
    caught("races", "writing without looking whether the row has changed", doubled)
    assert doubled == len(named)
