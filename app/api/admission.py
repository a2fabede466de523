"""How many requests are worked on at once: whoever comes beyond waits a little, and is then told to come again."""

import asyncio
import random
from collections import deque
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
        self._free = settings.requests_at_once or 2 * settings.pool_size
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_bounded(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._free:
            self._free -= 1
        elif not await self._handed_a_place():
            POOL_TIMEOUTS.inc()
            problem = Problem("unavailable", "Too many ask at this moment; repeat it shortly.")
            await rendered(scope, problem, self._origin)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._leave()

    def _leave(self) -> None:
        """The place is handed to whoever waits longest: none is free while somebody waits."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    async def _handed_a_place(self) -> bool:
        if len(self._waiting) >= _MOST_WAITING:
            return False
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(random.uniform(*_PATIENCE)):  # noqa: S311 - to come apart, not to hide
                await waiter
                return True
        except BaseException as gave_up:
            if not waiter.cancelled():
                self._leave()  # handed over and given up at one moment
            elif waiter in self._waiting:
                self._waiting.remove(waiter)
            if isinstance(gave_up, TimeoutError):
                return False
            raise


def _is_bounded(path: str) -> bool:
    """Probes among others are not: they must be answered all the more."""
    return path.startswith(_BOUNDED) and not path.startswith(_LASTING)
