"""How attempts went is written down for many at once, and waits for a database that cannot just now."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from app.base.errors import Problem
from app.db.pool import Database
from app.db.problems import unavailable
from app.db.tables.providers import Provider
from app.schemas.deliveries import Attempt, Claimed
from app.services import delivering
from app.services.delivering import Deliveries
from tests import factories
from tests.factories import NOW

MANY = 12


class Failing(Database):
    """Cannot write the first times that it is asked; counts how often it could."""

    def __init__(self, real: Database, failures: int) -> None:
        super().__init__(real._connections)
        self.failures, self.commits = failures, 0

    async def executemany(self, provider_id: UUID | None, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if self.failures:
            self.failures -= 1
            raise unavailable()
        self.commits += 1
        await super().executemany(provider_id, statement, rows)


async def _tried(database: Database, owner: asyncpg.Connection, provider: Provider) -> tuple[int, list[object]]:
    """Calls that were made, and what came of each attempt."""
    for _ in range(MANY):
        await factories.delivery(owner, provider.id, next_at=NOW - timedelta(minutes=1))
    calls = 0

    async def deliver(_: Claimed, __: object) -> Attempt:
        nonlocal calls
        calls += 1
        return Attempt(delivered=True, status=200)

    deliveries = Deliveries(database, {"mail": deliver}, lambda: NOW)
    claimed = await deliveries.claim(2 * MANY, [])
    came = await asyncio.gather(*map(deliveries.attempt, claimed), return_exceptions=True)
    return calls, list(came)


async def test_what_is_tried_together_is_written_together_when_the_database_can_again(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PATIENCE", (0.01, 0.01))
    database = Failing(worker_database, failures=2)
    calls, came = await _tried(database, owner, provider)
    assert (calls, came) == (MANY, [True] * MANY)
    assert database.commits <= 2, "one for those who came first, one for those who came meanwhile"
    rows = await owner.fetch("SELECT state, attempts, jsonb_array_length(attempt_log) AS kept FROM delivery")
    assert [tuple(row) for row in rows] == [("delivered", 1, 1)] * MANY


async def test_what_cannot_be_written_counts_for_nobody_as_delivered(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PATIENCE", (0.01,))
    calls, came = await _tried(Failing(worker_database, failures=100), owner, provider)
    assert calls == MANY
    assert [type(one) for one in came] == [Problem] * MANY
    assert await owner.fetchval("SELECT count(*) FROM delivery WHERE state = 'pending'") == MANY
