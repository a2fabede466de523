"""How many requests are worked on at once: whoever comes beyond waits a little, and is then told to come again."""

import asyncio
import random
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import rendered
from app.base.errors import Problem
from app.base.metrics import POOL_TIMEOUTS
from app.base.settings import Settings

_PATIENCE: Final = (0.4, 0.6)
"""Seconds. Told at once, whoever asks again without a pause would take the time of those who are being answered.

Those who came together are not told together, which would keep everybody else waiting meanwhile.
"""
_MOST_WAITING: Final = 1_000
_BOUNDED: Final = "/v1/"
_LASTING: Final = ("/v1/events", "/v1/attachments")
"""What waits for events, and files on their way, last without working."""


class Admission:
    """Before tokens are looked at. Who waits here costs nothing; who gave up inside would have cost all the same."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origin = settings.origin
        self._room = asyncio.Semaphore(settings.requests_at_once or 2 * settings.pool_size)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_bounded(scope["path"]):
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
            async with asyncio.timeout(random.uniform(*_PATIENCE)):  # noqa: S311 - to come apart, not to hide
                return await self._room.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1


def _is_bounded(path: str) -> bool:
    """Probes among others are not: they must be answered all the more."""
    return path.startswith(_BOUNDED) and not path.startswith(_LASTING)
