"""Requests counted in a Redis that all processes share."""

from math import ceil

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string


class SharedCounts:
    def __init__(self, store: str) -> None:
        storage = storage_from_string(store, wrap_exceptions=True, implementation="redispy")
        assert isinstance(storage, RedisStorage)
        assert isinstance(storage.bridge, RedispyBridge)
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._connected = storage.bridge

    async def close(self) -> None:
        await self._connected.storage.aclose()

    async def take(self, whose: tuple[str, str, str], limit: int, at: float) -> tuple[bool, int, int] | None:
        """Whether one more is let through, how many are left then, and the seconds until there are more.

        None: the store does not answer.
        """
        item = RateLimitItemPerMinute(limit)
        try:
            allowed = await self._limiter.hit(item, *whose)
            stats = await self._limiter.get_window_stats(item, *whose)
        except StorageError:
            return None
        return allowed, max(0, stats.remaining), max(0, ceil(stats.reset_time - at))
