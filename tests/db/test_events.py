"""Records stay as they were written: by the rights of the roles, and by triggers for everybody else."""

import asyncpg
import pytest

from app.base.errors import Problem
from app.db.pool import Database
from app.db.tables.providers import Provider
from tests import factories
from tests.reliability.report import examined

ALTERATIONS = (
    "UPDATE {} SET provider_id = provider_id",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
)
RECORDS = ("event", "policy_version", "settings_revision", "payment")


@pytest.mark.parametrize("record", RECORDS)
async def test_neither_the_api_nor_the_worker_alters_a_record(
    database: Database, worker_database: Database, owner: asyncpg.Connection, provider: Provider, record: str
) -> None:
    await factories.event(owner, provider.id)
    await factories.policy_version(owner, provider.id)
    for alteration in ALTERATIONS:
        for somebody in (database, worker_database):
            examined("audit", 1)
            with pytest.raises(Problem) as refused:
                await somebody.execute(provider.id, alteration.format(record))
            assert refused.value.code == "not_found"


@pytest.mark.parametrize("record", ["event", "policy_version"])
async def test_not_even_the_owner_alters_a_record(owner: asyncpg.Connection, provider: Provider, record: str) -> None:
    await factories.event(owner, provider.id, position=1, seal=b"1")
    await factories.policy_version(owner, provider.id)
    for alteration in ALTERATIONS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never altered"):
            await owner.execute(alteration.format(record))
    assert await owner.fetchval(f"SELECT count(*) FROM {record}") == 1


async def test_the_worker_gives_an_event_its_position_once(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    event = await factories.event(owner, provider.id)
    place = "UPDATE event SET position = $1, seal = 'x' WHERE id = $2"
    assert await worker_database.execute(None, place, 1, event.id) == "UPDATE 1"
    with pytest.raises(Problem):
        await worker_database.execute(None, place, 2, event.id)
    with pytest.raises(Problem):
        await worker_database.execute(None, "UPDATE event SET type = 'other'")
    second = await factories.event(owner, provider.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never altered"):
        await owner.execute("UPDATE event SET position = 2, seal = 'x', type = 'other' WHERE id = $1", second.id)


async def test_one_change_has_one_number(owner: asyncpg.Connection, provider: Provider) -> None:
    event = await factories.event(owner, provider.id)
    with pytest.raises(asyncpg.UniqueViolationError):
        await factories.event(owner, provider.id, subject_id=event.subject_id)
    await factories.event(owner, provider.id, subject_id=event.subject_id, seq=2)
