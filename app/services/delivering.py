"""What is due goes out: claimed by one worker, sent outside any transaction, and kept with how it went."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from app.base.clock import Clock
from app.base.errors import Problem
from app.base.metrics import observe_attempt
from app.base.tracing import span
from app.db.deliveries import claim, settle
from app.db.pool import Database
from app.db.problems import unavailable
from app.schemas.deliveries import Attempt, Claimed, Tried

Deliver = Callable[[Claimed, datetime], Awaitable[Attempt]]
"""Makes one attempt, within its own time limit and well within the lease. What goes wrong is in what it returns."""

_JITTER: Final = 0.2
PATIENCE: Final = (0.2, 1.0, 5.0)
"""Seconds between attempts to write down how others went."""
BACKOFF: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Standard Webhooks: how long after each attempt the next one follows."""
URGENT: Final = (
    *[timedelta(seconds=4)] * 15,
    *[timedelta(seconds=15)] * 20,
    *[timedelta(minutes=1)] * 60,
    *[timedelta(minutes=5)] * 276,
)
"""For a page: a receiver that is back is tried within seconds, and one that stays away for a day."""
SCHEDULES: Final[Mapping[str, Sequence[timedelta]]] = {
    "webhook": BACKOFF,
    "mail": BACKOFF,
    "page": URGENT,
    "announcement": BACKOFF,
}


def next_attempt_at(claimed: Claimed, attempt: Attempt, now: datetime, spread: float) -> datetime | None:
    """When to try again; None: never. `spread` is 0 to 1 and keeps those who failed together from coming together."""
    schedule = SCHEDULES[claimed.kind]
    if attempt.delivered or attempt.gone or claimed.attempt > len(schedule):
        return None
    wait = schedule[claimed.attempt - 1] * (1 + _JITTER * spread)
    return now + max(wait, attempt.retry_after or wait)


class Settling:
    """Writes down together what was tried at about the same time: a commit for each would be most of the work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: list[Tried] = []
        self._one_writes = asyncio.Lock()

    async def __call__(self, tried: Tried) -> None:
        """Returns when it is written. Whoever comes while others are being written goes with the next ones."""
        together = self._next
        together.append(tried)
        async with self._one_writes:
            if together is self._next:
                self._next = []
                await self._write(together)
                together.clear()
        if together:
            raise unavailable()  # whoever wrote for all could not

    async def _write(self, together: Sequence[Tried]) -> None:
        """What cannot be written within the lease is tried again by somebody, so some patience saves a second call."""
        for pause in (*PATIENCE, None):
            try:
                await settle(self._database, together)
            except Problem:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a worker delivers with: one sender for each kind that it takes on."""

    database: Database
    by_kind: Mapping[str, Deliver]
    clock: Clock
    settling: Settling = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settling", Settling(self.database))

    async def claim(self, most: int, busy: Sequence[UUID]) -> list[Claimed]:
        """The deliveries that are due; no more to webhooks that are busy."""
        return await claim(self.database, list(self.by_kind), most, self.clock(), busy)

    async def attempt(self, claimed: Claimed) -> bool:
        """It counts as delivered only once that is written down; until then somebody tries again."""
        began = monotonic()
        with span(f"deliver {claimed.kind}", event=str(claimed.event_id)):
            attempt = await self.by_kind[claimed.kind](claimed, self.clock())
        took, now = monotonic() - began, self.clock()
        again_at = next_attempt_at(claimed, attempt, now, random.random())  # noqa: S311 - to come apart, not to hide
        tried = Tried(claimed, attempt, now, again_at, int(took * 1000))
        await self.settling(tried)
        outcome = "failed" if tried.state == "pending" else tried.state
        observe_attempt(claimed.kind, outcome, took, (now - claimed.created_at).total_seconds())
        return attempt.delivered
