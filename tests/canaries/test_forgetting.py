"""Somebody's data on a dump: there before they are erased, nowhere afterwards, and the log still whole."""

import asyncpg
import pytest

from app.db.pool import Database
from app.services.audit import verify
from app.worker import planners
from tests.api.test_persons import CANARIES, spoken, stored
from tests.canaries.surfaces import Surfaces, dumped
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined
from tests.services.sequence import sequence

pytestmark = pytest.mark.long
PART = "erasure"


def holding(surfaces: Surfaces, files: list[bytes]) -> set[tuple[str, str]]:
    """Place and word of each canary, as text or as bytes of a dump are written."""
    found = {
        (place, word)
        for place, values in surfaces.items()
        for word in CANARIES
        if any(word in (text := value.lower()) or word.encode().hex() in text for value in values)
    }
    return found | {("files", word) for word in CANARIES if any(word.encode() in file for file in files)}


async def test_nothing_of_a_person_is_in_a_dump_or_a_file_once_they_are_erased(
    front: FrontDesk, owner: asyncpg.Connection, owner_dsn: str, worker_database: Database
) -> None:
    person, _, admin, _ = await spoken(front)
    letters = planners(front.desk.settings)
    await sequence(worker_database, letters, front.now)
    before = holding(dumped(owner_dsn), list(stored(front).values()))
    caught(PART, "what somebody left, before", len(before))
    assert {word for _, word in before} == set(CANARIES)
    exported = (await front.client.get(f"/v1/persons/{person}/export", headers=admin)).text.lower()
    assert [word for word in CANARIES if word not in exported] == []
    erased = await front.client.post(f"/v1/persons/{person}/erase", headers=admin)
    assert erased.is_success, erased.text
    await sequence(worker_database, letters, front.now)
    after = dumped(owner_dsn)
    left = holding(after, list(stored(front).values()))
    examined(PART, sum(map(len, after.values())), len(left))
    assert left == set()
    [provider] = front.providers.values()
    found = await verify(worker_database, provider.id)
    assert (found.tampered, found.events) == (None, await owner.fetchval("SELECT count(*) FROM event"))
