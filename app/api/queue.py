"""The queue: what waits for a staff member, and taking the next one."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from app.api.callers import STAFF
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.routing import desk_router
from app.schemas.queue import Queue, QueueTake
from app.schemas.tickets import Ticket
from app.services import queue

router = desk_router("/v1/queue", "queue")


@router.get(
    "", operation_id="read_queue", summary="What waits for me", responses={200: {"model": Queue}}, dependencies=STAFF
)
async def read_queue(
    errand: ErrandDep, limit: Annotated[int, Query(ge=1, le=100, description="Entries")] = 25
) -> Response:
    """In the policy's order: of the caller's departments, up to their level, nobody's or their own."""
    return answered(await queue.waiting_for(errand, limit))


@router.post(
    "/next",
    operation_id="take_next",
    summary="Take the next one",
    responses={200: {"model": Ticket}, 204: {"description": "Nothing waits"}},
    dependencies=STAFF,
)
async def take_next(errand: RepeatableErrand, body: QueueTake) -> Response:
    """Two callers never get the same. Another one than the next needs a reason where the policy asks for it."""
    answer = await queue.take(errand, body.ticket, body.reason)
    return sent(answer) if answer is not None else Response(status_code=204)
