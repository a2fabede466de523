"""The feed: all that happened to a provider, in the order of the commits, from any place on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from app.base.errors import Problem
from app.base.vocabulary import Scope
from app.db.callers import Kind
from app.db.log import Logged, feed_events
from app.services.errands import Errand
from app.services.event_view import event_view

_LOOK_AGAIN_SECONDS: Final = 0.3
View = Callable[[Logged], object]


async def read(
    errand: Errand, after: int, fetch: int, wait_seconds: float, stopping: Callable[[], bool]
) -> tuple[Sequence[Logged], View]:
    """Events behind this position, and how each is shown to the caller.

    Where there is none yet, look again until there is, the time is up, or the process is about to stop; no connection
    is held meanwhile.
    """
    while True:
        caller, events = await feed_events(errand.database, errand.provider_id, errand.principal, after, fetch)
        if caller.kind is not Kind.STAFF and Scope.EVENTS not in caller.scopes:
            raise Problem("forbidden")
        if events or wait_seconds <= 0 or stopping():
            return events, _view(errand, staff=caller.kind is Kind.STAFF)
        pause = min(_LOOK_AGAIN_SECONDS, wait_seconds)
        await asyncio.sleep(pause)
        wait_seconds -= pause


def _view(errand: Errand, *, staff: bool) -> View:
    return lambda event: event_view(event, errand.principal.provider, for_staff=staff)
