"""The feed of events."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from app.api.callers import STAFF_OR_MONITORING
from app.api.errands import ErrandDep
from app.api.observed import Drain
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.schemas.events import EventFeed
from app.services import feed

router = desk_router("/v1/events", "events")


@router.get(
    "",
    operation_id="read_events",
    summary="All that happened, in order",
    responses={200: {"model": EventFeed}},
    dependencies=STAFF_OR_MONITORING,
)
async def read_events(
    request: Request,
    errand: ErrandDep,
    page: PageDep,
    wait_seconds: Annotated[float, Query(ge=0, le=25, description="How long to wait where nothing is new")] = 0,
) -> Response:
    """In the order of the commits, without a gap: `position` counts from 1. `next_cursor` goes on, also at the end."""
    drain: Drain = request.app.state.drain
    after = page.after(tuple[int])
    events, view = await feed.read(errand, after[0] if after else 0, page.fetch, wait_seconds, lambda: drain.draining)
    return page.answer(events, position=lambda event: (event.position,), view=view, start=(0,))
