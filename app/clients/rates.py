"""How often one may ask: counted per principal and per provider, in memory or in a Redis that all processes share."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from pkgutil import resolve_name
from typing import Any, Final, NamedTuple

_WINDOW_SECONDS: Final = 60
_SHARED: Final = "app.clients.shared_rates:SharedCounts"
"""Loaded where processes count together: its library takes 2 MB and a fortieth of a second at every start."""


class Taken(NamedTuple):
    """Whether a request may go on, and if not, in how many seconds; what is left is told as the IETF's draft has it."""

    allowed: bool
    headers: Sequence[tuple[bytes, bytes]]
    retry_after: int


class _OfThisProcess:
    """Counts of this minute and of the one before, which fades: as the store's limiter does, without its detours."""

    def __init__(self) -> None:
        self._minute = 0
        self._now: dict[Hashable, int] = {}
        self._before: dict[Hashable, int] = {}

    def take(self, whose: Hashable, limit: int, at: float) -> tuple[bool, int, int]:
        """Whether one more is let through, how many are left then, and the seconds until there are more."""
        minute = int(at) // _WINDOW_SECONDS
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, minute
        second = at - minute * _WINDOW_SECONDS
        taken = self._now.get(whose, 0)
        before = self._before.get(whose)
        faded = before * (1 - second / _WINDOW_SECONDS) if before else 0.0
        allowed = faded + taken + 1 <= limit
        if allowed:
            self._now[whose] = taken = taken + 1
        left = int(limit - faded - taken)
        return allowed, left if left > 0 else 0, _WINDOW_SECONDS - int(second)


class Rates:
    """A limit of 0 is none. Where the store does not answer, everybody is let through: limits are no authority."""

    def __init__(self, per_principal: int, per_provider: int, store: str) -> None:
        self._limits = [
            (name, limit) for name, limit in (("principal", per_principal), ("provider", per_provider)) if limit
        ]
        offered = ", ".join(f'"{name}";q={limit};w={_WINDOW_SECONDS}' for name, limit in self._limits)
        self._offered = (b"ratelimit-policy", offered.encode())
        self._here = _OfThisProcess() if store.startswith("async+memory") else None
        self._shared: Any = None if self._here else resolve_name(_SHARED)(store)

    async def close(self) -> None:
        """Let go of the store's connections."""
        if self._shared is not None:
            await self._shared.close()

    async def take(self, provider: str, principal: str, now: datetime) -> Taken | None:
        """Count one request; None where nothing is limited."""
        if not self._limits:
            return None
        allowed, told, wait = True, [], 0
        at = now.timestamp()
        for name, limit in self._limits:
            whose = (name, provider, principal if name == "principal" else "")
            if self._here is not None:
                through, left, seconds = self._here.take(whose, limit, at)
            elif (counted := await self._shared.take(whose, limit, at)) is not None:
                through, left, seconds = counted
            else:
                return None
            allowed = through and allowed
            told += [f'"{name}";r={left};t={seconds}']
            if not left and seconds > wait:
                wait = seconds
        return Taken(allowed, (self._offered, (b"ratelimit", ", ".join(told).encode())), wait or 1)
