"""How many requests are worked on at once: whoever comes beyond waits a little, and is then told to come again."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.guard import BODIES
from app.api.problems import rendered
from app.base.errors import Problem
from app.base.metrics import POOL_TIMEOUTS
from app.base.settings import Settings

_PATIENCE: Final = 0.5
"""Seconds. Told at once, whoever asks again without a pause would take the time of those who are being answered."""
_MOST_WAITING: Final = 1_000
_UNBOUNDED: Final = frozenset({"/healthz", "/readyz", *(path for path, rule in BODIES.items() if rule.streamed)})
"""Probes, which must be answered all the more, and bodies that may be long on their way."""


class Admission:
    """As many at once as the pool has connections and places to wait for one; before their tokens are looked at."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origin = settings.origin
        self._room = asyncio.Semaphore(settings.pool_size + settings.pool_queue)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNBOUNDED:
            await self._app(scope, receive, send)
        elif await self._admitted():
            try:
                await self._app(scope, receive, send)
            finally:
                self._room.release()
        else:
            POOL_TIMEOUTS.inc()
            problem = Problem("unavailable", "Too many ask at this moment; repeat it shortly.")
            await rendered(scope, problem, self._origin)(scope, receive, send)

    async def _admitted(self) -> bool:
        if not self._room.locked():
            return await self._room.acquire()
        if self._waiting >= _MOST_WAITING:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._room.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
