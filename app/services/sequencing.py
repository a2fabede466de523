"""Events get their places in the feed, in the order of their commits, and what is to be sent because of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.base.clock import Clock
from app.base.metrics import SEQUENCED
from app.db.connections import ScopedConnection
from app.db.deliveries import insert_deliveries
from app.db.log import Logged, end_of_log, next_events, place, providers_with_news, the_one_sequencer
from app.db.pool import Database
from app.schemas.deliveries import NewDelivery
from app.services.audit import sealed

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class News:
    """Events of one provider that just got their places, in order."""

    provider_id: UUID
    provider: str
    """Slug."""
    events: Sequence[Logged]
    now: datetime


Planner = Callable[[ScopedConnection, News], Awaitable[Sequence[NewDelivery]]]
"""Says what is to be sent because of events. It reads and writes in the transaction that places them, and is brief."""


async def sequence_one(
    database: Database, provider: tuple[UUID, str], planners: Sequence[Planner], now: datetime
) -> int:
    """Places, seals and deliveries of one batch, all or nothing. 0: another worker is at it."""
    provider_id, slug = provider
    async with the_one_sequencer(database, provider_id) as connection:
        if connection is None:
            return 0
        events = await next_events(connection, provider_id, AT_ONCE)
        if not events:
            return 0
        last, before = await end_of_log(connection, provider_id)
        places = list(sealed(before, events, last + 1))
        await place(connection, provider_id, places)
        placed = [replace(event, position=p, seal=made) for event, (_, p, made) in zip(events, places, strict=True)]
        news = News(provider_id, slug, placed, now)
        deliveries = [delivery for planner in planners for delivery in await planner(connection, news)]
        if deliveries:
            await insert_deliveries(connection, provider_id, deliveries, now)
    SEQUENCED.inc(len(events))
    return len(events)


@dataclass(frozen=True, slots=True)
class Sequencing:
    """What a worker places events with."""

    database: Database
    planners: Sequence[Planner]
    clock: Clock

    async def waiting(self) -> Sequence[tuple[UUID, str]]:
        """Providers with new events."""
        return await providers_with_news(self.database)

    async def place(self, provider: tuple[UUID, str]) -> bool:
        return await sequence_one(self.database, provider, self.planners, self.clock()) > 0
