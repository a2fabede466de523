"""Tallies for tests: what a worker would have counted by now."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from app.db.pool import WORKER_ROLE, Database
from app.db.tallies import Counting, count_round
from tests.frontdesk import FrontDesk
from tests.services.sequence import sequence


async def counted(front: FrontDesk, dsn: str, *, anew: bool = False) -> None:
    """Everything that has happened at this desk; `anew`: rows included that were written without it."""
    database = await Database.connect(dsn, role=WORKER_ROLE, size=1)
    try:
        await sequence(database, (), front.now)
        for provider in front.providers.values():
            if anew:
                await count_anew(database, provider.id)
            await round_of(database, provider.id, front)
    finally:
        await database.close()


async def round_of(database: Database, provider_id: UUID, front: FrontDesk) -> None:
    policy = await front.desk.policies.policy_at(provider_id, front.now)
    how = Counting(policy.document.tz, 100, timedelta(0))
    while await count_round(database, provider_id, how, front.now + timedelta(seconds=1)):
        pass


async def count_anew(database: Database, provider_id: UUID) -> None:
    """Every day, in the next rounds, as operators are told to have it."""
    async with database.transaction(None) as connection:
        await connection.execute("DELETE FROM tally WHERE provider_id = $1", provider_id)


async def tallies(owner: asyncpg.Connection) -> list[tuple[object, ...]]:
    """As they are read, whatever their places."""
    tickets = await owner.fetch(
        "SELECT day, outcome, channel, priority, department, level, received, solved FROM ticket_tally ORDER BY 1, 2, 3"
    )
    clocks = await owner.fetch(
        "SELECT day, metric, priority, department, level, state, excused_by, clocks, seconds FROM clock_tally "
        "ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    return [tuple(row) for row in (*tickets, *clocks)]
