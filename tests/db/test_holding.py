"""A row held from reading to writing: others wait for it, and what fails meanwhile leaves nothing."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from app.base.errors import Problem
from app.db.commands import Overtaken
from app.db.holding import holding
from app.db.pool import Database
from app.db.tables.providers import Provider
from tests import factories

RAISED = "DO $$ BEGIN RAISE SQLSTATE '{}'; END $$"


async def worked(database: Database, provider: UUID, account: UUID, seconds: float = 0) -> None:
    async with holding(database, provider, ("account", account)) as held:
        version = await held.fetchval(provider, "SELECT version FROM account WHERE id = $1", account)
        await asyncio.sleep(seconds)
        await held.execute(provider, "UPDATE account SET version = $1 WHERE id = $2", version + 1, account)


async def test_of_several_who_hold_a_row_each_finds_what_the_one_before_has_written(
    database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id)
    await asyncio.gather(*(worked(database, provider.id, account.id) for _ in range(12)))
    assert await owner.fetchval("SELECT version FROM account") == 13


async def test_it_is_waited_for_where_another_process_writes_to_it(
    database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id)
    async with owner.transaction():
        await owner.execute("UPDATE account SET version = 5")
        waiting = asyncio.create_task(worked(database, provider.id, account.id))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    await waiting
    assert await owner.fetchval("SELECT version FROM account") == 6


@pytest.mark.parametrize(("state", "told"), [("40P01", Overtaken), ("23514", Problem)])
async def test_what_fails_takes_all_of_it_back(
    database: Database, owner: asyncpg.Connection, provider: Provider, state: str, told: type[Exception]
) -> None:
    account = await factories.account(owner, provider.id)

    async def fails() -> None:
        async with holding(database, provider.id, ("account", account.id)) as held:
            await held.execute(provider.id, "UPDATE account SET version = 2")
            await held.execute(provider.id, RAISED.format(state))

    with pytest.raises(told):
        await fails()
    assert await owner.fetchval("SELECT version FROM account") == 1
