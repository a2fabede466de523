"""Tallies are kept by the workers: each round, of each provider, the days of which something has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.base.clock import Clock
from app.db.pool import Database
from app.db.tallies import Counting, count_round
from app.policy.compile import CompiledPolicy

REST: Final = timedelta(seconds=30)
"""Whatever the number of workers, a provider is not looked at more often."""
_DAYS_AT_ONCE: Final = 1
"""In one transaction, so that a busy month on a busy machine is counted bit by bit."""


@dataclass(frozen=True, slots=True)
class Tallying:
    """What the days of all providers are counted with."""

    database: Database
    clock: Clock
    rest: timedelta = REST

    async def count(self, policies: Mapping[UUID, CompiledPolicy]) -> bool:
        """One round; `policies`: in force, by provider. Whether there is more to count at once."""
        more = False
        for provider_id, policy in policies.items():
            how = Counting(policy.document.tz, _DAYS_AT_ONCE, self.rest)
            more |= await count_round(self.database, provider_id, how, self.clock())
        return more
