"""Replicas times pool size within the connections of the server, or within what a login may have of them."""

import asyncpg
import pytest

from app.base.errors import CannotStart
from app.base.settings import Settings
from app.db.pool import Database
from app.db.readiness import check_room


def planned(replicas: int, pool_size: int, workers: int) -> Settings:
    return Settings(replicas=replicas, pool_size=pool_size, worker_replicas=workers, worker_pool_size=2)


async def test_as_many_as_the_server_takes_may_run_and_not_one_more(
    database: Database, owner: asyncpg.Connection
) -> None:
    free = await owner.fetchval(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    await check_room(database, planned(free - 10, 1, 5))
    with pytest.raises(CannotStart) as refused:
        await check_room(database, planned(free - 9, 1, 5))
    for words in (f"takes {free} connections, and {free + 1}", f"{free - 9} × 1 by the API and 5 × 2 by workers"):
        assert words in str(refused.value)
    assert "CLAUSEDESK_POOL_SIZE" in str(refused.value)


@pytest.mark.parametrize("whose", ["DATABASE", "ROLE"])
async def test_a_limit_of_the_database_or_of_the_login_counts_as_well(
    whose: str, database: Database, owner: asyncpg.Connection
) -> None:
    name = "current_database()" if whose == "DATABASE" else "session_user"
    quoted = await owner.fetchval(f"SELECT quote_ident({name})")
    await owner.execute(f"ALTER {whose} {quoted} CONNECTION LIMIT 7")
    try:
        await check_room(database, planned(1, 5, 1))
        with pytest.raises(CannotStart, match="takes 7 connections, and 8"):
            await check_room(database, planned(1, 6, 1))
    finally:
        await owner.execute(f"ALTER {whose} {quoted} CONNECTION LIMIT -1")
