"""The audit chain: whoever alters, moves, adds or takes away an event is found out, with the first place named."""

import asyncpg
import pytest

from app.db.log import next_events, place, placed_events, the_one_sequencer
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.services.audit import Kept, sealed, verify, verify_all
from tests import factories
from tests.reliability.report import caught, examined
from tests.services.sequence import sequence

PART = "audit"
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
    "inserted, sealed by guess": (
        "UPDATE event SET position = -position - 1 WHERE position > 3; UPDATE event SET position = -position WHERE"
        " position < 0; INSERT INTO event (provider_id, id, subject_kind,"
        " subject_id, seq, type, actor_kind, data, occurred_at, position, seal) SELECT provider_id, gen_random_uuid(),"
        " subject_kind, gen_random_uuid(), 1, type, actor_kind, data, occurred_at, 4, sha256('x') FROM event"
        " WHERE position = 3",
        4,
    ),
    "put at the end, sealed by guess": (
        "INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at,"
        " position, seal) SELECT provider_id, gen_random_uuid(), subject_kind, gen_random_uuid(), 1, type, actor_kind,"
        " data, occurred_at, 6, sha256('x') FROM event WHERE position = 3",
        6,
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
    examined(PART, 1)
    caught(PART, f"an event {how}", int(found is not None and found.position == position))
    assert found is not None
    assert found.position == position


async def _seal_anew(owner: asyncpg.Connection, worker: Database, provider: Provider) -> None:
    """Every seal as it would be had the log always been so: who has all rights and knows how can do it."""
    seals = sealed(b"", await placed_events(worker, provider.id, 0, 100), 1)
    for id_, _, made in list(seals):
        await owner.execute("UPDATE event SET seal = $1 WHERE id = $2", made, id_)


@pytest.mark.parametrize(("how", "position"), [("cut off", 4), ("sealed anew", 5)])
async def test_what_leaves_an_unbroken_chain_is_found_by_a_seal_that_was_kept(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, how: str, position: int
) -> None:
    await sealed_log(worker_database, owner, provider)
    before = await verify(worker_database, provider.id)
    kept = {provider.slug: Kept(before.events, before.seal)}
    assert (await verify_all(worker_database, None, kept))[provider.slug].tampered is None
    await owner.execute("SET session_replication_role = replica")
    if how == "cut off":
        await owner.execute("DELETE FROM event WHERE position > 3")
    else:
        await owner.execute("UPDATE event SET actor_id = 'another' WHERE position = 2")
        await _seal_anew(owner, worker_database, provider)
    await owner.execute("RESET session_replication_role")
    assert (await verify(worker_database, provider.id)).tampered is None, "the chain alone does not tell"
    found = (await verify_all(worker_database, None, kept))[provider.slug].tampered
    examined(PART, 1)
    caught(PART, f"a log {how}", int(found is not None and found.position == position))
    assert found is not None
    assert found.position == position
    await sequence(worker_database, (), NOW)


async def test_a_request_waits_for_nobody_who_seals(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    """Sealing holds a lock of its own; whoever writes events takes none for it."""
    await factories.event(owner, provider.id)
    async with the_one_sequencer(worker_database, provider.id) as sealing:
        assert sealing is not None
        events = await next_events(sealing, provider.id, 10)
        await place(sealing, provider.id, list(sealed(b"", events, 1)))
        await owner.execute("SET lock_timeout = 100; BEGIN")
        await factories.event(owner, provider.id)
        locks = await owner.fetchval(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
        )
        await owner.execute("COMMIT; RESET lock_timeout")
    assert locks == 0
    assert await sequence(worker_database, (), NOW) == 1
    assert (await verify(worker_database, provider.id)).tampered is None
