"""How often one may ask: counted per principal and per provider, in memory or in a Redis that all processes share."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from app.base.clock import system_clock

_WINDOW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one policy: `limit` requests in a minute, `left` of them, anew in `seconds`."""

    policy: str
    limit: int
    left: int
    seconds: int

    @property
    def offered(self) -> str:
        return f'"{self.policy}";q={self.limit};w={_WINDOW_SECONDS}'

    @property
    def present(self) -> str:
        return f'"{self.policy}";r={self.left};t={self.seconds}'


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a request may go on, and what is left after it."""

    allowed: bool
    allowances: tuple[Allowance, ...]

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft has them."""
        return {
            "RateLimit-Policy": ", ".join(allowance.offered for allowance in self.allowances),
            "RateLimit": ", ".join(allowance.present for allowance in self.allowances),
        }

    @property
    def retry_after(self) -> int:
        return max((a.seconds for a in self.allowances if not a.left), default=1) or 1


class Rates:
    """A limit of 0 is none. Where the store does not answer, everybody is let through: limits are no authority."""

    def __init__(self, per_principal: int, per_provider: int, store: str) -> None:
        self._limits = [
            (name, RateLimitItemPerMinute(limit))
            for name, limit in (("principal", per_principal), ("provider", per_provider))
            if limit
        ]
        options = {} if store.startswith("async+memory") else {"implementation": "redispy"}
        storage = storage_from_string(store, wrap_exceptions=True, **options)
        assert isinstance(storage, Storage)
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def take(self, provider: str, principal: str) -> Taken | None:
        """Count one request; None where nothing is limited."""
        if not self._limits:
            return None
        allowed, allowances = True, []
        try:
            for name, item in self._limits:
                whose = (name, provider, principal if name == "principal" else "")
                allowed = await self._limiter.hit(item, *whose) and allowed
                stats = await self._limiter.get_window_stats(item, *whose)
                seconds = max(0, ceil(stats.reset_time - system_clock().timestamp()))
                allowances.append(Allowance(name, item.amount, max(0, stats.remaining), seconds))
        except StorageError:
            return None
        return Taken(allowed, tuple(allowances))
