"""A loop of the worker: round after round until it is told to stop, and no round that breaks off ends it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.base.errors import Problem
from app.base.metrics import LOOP_FAILURES

_log = structlog.get_logger("clausedesk.worker")
_LONGEST_PAUSE = 30.0


async def rounds(name: str, one: Callable[[], Awaitable[bool]], stop: asyncio.Event, pause_seconds: float) -> None:
    """`one` says whether there is more to do at once; otherwise the next round comes after the pause."""
    failures = 0
    while not stop.is_set():
        more = await attempted(name, one)
        failures = failures + 1 if more is None else 0
        if not more:
            await paused(stop, min(pause_seconds * 2**failures, _LONGEST_PAUSE))


async def attempted(name: str, one: Callable[[], Awaitable[bool]]) -> bool | None:
    """None: the round broke off. It is logged and counted, and what it did not finish is still there."""
    try:
        return await one()
    except Problem as problem:
        _log.warning("round_failed", loop=name, code=problem.code)
    except Exception as error:  # noqa: BLE001 - a defect met by one event must not end the work for all others
        _log.error("round_broke", loop=name, exc_info=error)
    LOOP_FAILURES.labels(name).inc()
    return None


async def paused(stop: asyncio.Event, seconds: float) -> None:
    """Until the time is up or work shall stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
