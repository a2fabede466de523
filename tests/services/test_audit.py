"""The audit chain: whoever alters, moves, adds or takes away an event is found out, with the first place named."""

import asyncpg
import pytest

from app.db.pool import Database
from app.db.tables.providers import Provider
from app.services.audit import verify, verify_all
from app.services.sequencing import sequence
from tests import factories

NOW = factories.NOW
# What somebody with all rights might do to the third of five events.
TAMPERING = {
    "altered": ("UPDATE event SET data = '{\"amount\": 2}' WHERE position = 3", 3),
    "told of somebody else": ("UPDATE event SET actor_id = 'another' WHERE position = 3", 3),
    "moved in time": ("UPDATE event SET occurred_at = occurred_at + interval '1 second' WHERE position = 3", 3),
    "decided otherwise": ("UPDATE event SET decision = '{}' WHERE position = 3", 3),
    "taken away": ("DELETE FROM event WHERE position = 3", 3),
    "taken away and closed up": (
        "DELETE FROM event WHERE position = 3; UPDATE event SET position = position - 1 WHERE position > 3",
        3,
    ),
    "exchanged": (
        "UPDATE event SET position = -position; UPDATE event SET position = CASE -position WHEN 3 THEN 4 WHEN 4 THEN 3"
        " ELSE -position END",
        3,
    ),
    "sealed anew, alone": ("UPDATE event SET seal = sha256('x') WHERE position = 3", 3),
}


async def sealed_log(worker: Database, owner: asyncpg.Connection, provider: Provider) -> None:
    for n in range(5):
        await factories.event(owner, provider.id, data={"amount": n, "note": "é\u2028\\"}, decision={"fee": 1.50})
    assert await sequence(worker, (), NOW) == 5


async def test_a_log_that_nobody_touched_is_unbroken(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    await sealed_log(worker_database, owner, provider)
    await factories.event(owner, provider.id)
    found = await verify_all(worker_database)
    assert {slug: (one.events, one.tampered) for slug, one in found.items()} == {
        provider.slug: (5, None),
        other_provider.slug: (0, None),
    }
    last = await owner.fetchval("SELECT seal FROM event WHERE position = 5")
    assert found[provider.slug].seal == last
    assert await verify_all(worker_database, "nobody") == {}


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_is_found_at_its_first_place(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, how: str
) -> None:
    await sealed_log(worker_database, owner, provider)
    statement, position = TAMPERING[how]
    await owner.execute(f"SET session_replication_role = replica; {statement}; RESET session_replication_role")
    found = (await verify(worker_database, provider.id)).tampered
    assert found is not None
    assert found.position == position
