"""The second loop: what is due is claimed and sent, many at a time; what was begun is finished before it stops."""

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from app.jobs.rounds import attempted, paused
from app.schemas.deliveries import Claimed
from app.services.delivering import Deliveries

PAUSE_SECONDS: Final = 0.2
AT_ONCE: Final = 32
"""Attempts under way in one worker."""
_HANDFUL: Final = 8
_FOR_ONE: Final = 16
"""Of these, to one webhook: a receiver that hangs must not hold up the others."""


class Delivering:
    """Keeps so many attempts under way, and knows which webhooks are busy."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._running: set[asyncio.Task[None]] = set()
        self._to_webhook: Counter[UUID] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as attempts:
            while not stop.is_set():
                if not await attempted("deliver", partial(self._claim, attempts)):
                    await self._some_are_done(stop)
                # Claimed by the handful: one at a time would cost a statement each.
                while len(self._running) > AT_ONCE - _HANDFUL:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _some_are_done(self, stop: asyncio.Event) -> None:
        """Nothing is due, or only for webhooks that are busy: these take more as soon as they have answered some."""
        fewer = len(self._running) - _HANDFUL
        if fewer < 0:
            await paused(stop, PAUSE_SECONDS)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                while len(self._running) > fewer:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _claim(self, attempts: asyncio.TaskGroup) -> bool:
        busy = [webhook for webhook, running in self._to_webhook.items() if running >= _FOR_ONE]
        claimed = await self._deliveries.claim(AT_ONCE - len(self._running), busy)
        for one in claimed:
            task = attempts.create_task(self._attempt(one))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return bool(claimed)

    async def _attempt(self, claimed: Claimed) -> None:
        webhooks = [claimed.webhook_id] if claimed.webhook_id is not None else []
        self._to_webhook.update(webhooks)
        try:
            await attempted("deliver", lambda: self._deliveries.attempt(claimed))
        finally:
            self._to_webhook.subtract(webhooks)
            self._to_webhook = +self._to_webhook
