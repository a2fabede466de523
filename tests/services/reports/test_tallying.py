"""Tallies follow the log: what has changed is counted again, once, whoever counts and however often."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.db.pool import Database
from app.db.tables.clocks import TicketClock
from app.db.tables.providers import Provider
from app.db.tallies import Counting, count_round
from tests import factories
from tests.services.reports.counting import count_anew, tallies

NOW = factories.NOW
HOW = Counting("America/Toronto", 100, timedelta(0))
MINUTE = timedelta(minutes=1)


class Desk:
    """Tickets whose changes are told in the log, as commands tell them."""

    def __init__(self, owner: asyncpg.Connection, provider: Provider) -> None:
        self.owner, self.provider, self.position = owner, provider, 0

    async def opened(self, **given: Any) -> Any:
        ticket = await factories.ticket(self.owner, self.provider.id, **{"department": "support", "level": 1} | given)
        known: dict[str, Any] = {
            "provider_id": self.provider.id,
            "ticket_id": ticket.id,
            "metric": "first_response",
            "cycle": 1,
        }
        known |= {"state": "running", "kind": "elapsed", "strength": "promised", "updated_at": NOW}
        await factories.insert(self.owner, TicketClock(**known))
        await self.told(ticket, 1)
        return ticket

    async def answered(self, ticket: Any, seconds: int, state: str = "met") -> None:
        await self.owner.execute(
            "UPDATE clock SET state = $2, stopped_at = $3, consumed_seconds = $4 WHERE ticket_id = $1",
            *(ticket.id, state, NOW, seconds),
        )
        await self.told(ticket, 2)

    async def told(self, ticket: Any, seq: int) -> None:
        self.position += 1
        await factories.event(
            self.owner, self.provider.id, subject_id=ticket.id, seq=seq, position=self.position, seal=b"s"
        )


@pytest.fixture
def desk(owner: asyncpg.Connection, provider: Provider) -> Desk:
    return Desk(owner, provider)


async def test_what_changes_is_counted_again_and_anew_it_comes_to_the_same(
    desk: Desk, worker_database: Database
) -> None:
    provider = desk.provider.id
    days = [NOW - timedelta(days=n) for n in (0, 0, 3)]
    tickets = [await desk.opened(received_at=day) for day in days]
    assert not await count_round(worker_database, provider, HOW, NOW)
    first = await tallies(desk.owner)
    assert [row[-2:] for row in first] == [(1, 0), (2, 0), (1, []), (2, [])]
    for ticket, seconds in zip(tickets, (90, 30, 60), strict=True):
        await desk.answered(ticket, seconds, "breached" if seconds == 60 else "met")
    assert await tallies(desk.owner) == first
    assert not await count_round(worker_database, provider, HOW, NOW + MINUTE)
    followed = await tallies(desk.owner)
    assert [row[-2:] for row in followed[2:]] == [(1, [60]), (2, [30, 90])]
    # A round that finds nothing new, and one that finds everything new.
    for _ in range(2):
        assert not await count_round(worker_database, provider, HOW, NOW + 2 * MINUTE)
        assert await tallies(desk.owner) == followed
        await count_anew(worker_database, provider)


async def test_days_are_those_of_the_policys_zone_and_move_with_it(desk: Desk, worker_database: Database) -> None:
    await desk.opened(received_at=NOW.replace(hour=2))
    zones = {"America/Toronto": 9, "Asia/Kolkata": 10}
    for n, (zone, day) in enumerate(zones.items()):
        await count_round(worker_database, desk.provider.id, Counting(zone, 100, timedelta(0)), NOW + n * MINUTE)
        assert [row[0].day for row in await tallies(desk.owner)] == [day, day], zone  # type: ignore[attr-defined] # a row


async def test_many_days_take_several_rounds_and_the_latest_come_first(desk: Desk, worker_database: Database) -> None:
    for n in range(4):
        await desk.opened(received_at=NOW - timedelta(days=n))
    one = Counting("America/Toronto", 2, timedelta(minutes=30))
    counted = []
    while await count_round(worker_database, desk.provider.id, one, NOW):
        counted.append(len(await tallies(desk.owner)) // 2)
        assert await desk.owner.fetchval("SELECT counted_at FROM tally") is None
    assert counted[:2] == [1, 3]
    assert len(await tallies(desk.owner)) == 8
    assert await desk.owner.fetchval("SELECT counted_at FROM tally") == NOW


async def test_several_workers_count_once(desk: Desk, worker_database: Database) -> None:
    for n in range(6):
        await desk.opened(received_at=NOW - timedelta(days=n % 2))
    rounds = [count_round(worker_database, desk.provider.id, HOW, NOW) for _ in range(4)]
    assert await asyncio.gather(*rounds) == [False] * 4
    assert [row[-2:] for row in await tallies(desk.owner)] == [(3, 0), (3, 0), (3, []), (3, [])]
    # Whoever comes right behind another looks at nothing.
    resting = Counting("America/Toronto", 100, timedelta(seconds=30))
    ticket = await desk.opened()
    assert not await count_round(worker_database, desk.provider.id, resting, NOW + timedelta(seconds=29))
    assert sum(row[-2] for row in (await tallies(desk.owner))[:2]) == 6  # type: ignore[misc] # a row
    await count_round(worker_database, desk.provider.id, resting, NOW + timedelta(seconds=31))
    assert ticket
    assert sum(row[-2] for row in (await tallies(desk.owner))[:2]) == 7  # type: ignore[misc] # a row
