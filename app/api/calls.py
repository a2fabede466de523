"""What comes in through other entrances than the API itself."""

from fastapi.responses import Response

from app.api.callers import STAFF_OR_GATEWAY
from app.api.errands import RepeatableErrand, sent
from app.api.routing import desk_router
from app.schemas.calls import CallTake
from app.schemas.tickets import Ticket
from app.services.calls import take_call

router = desk_router("/v1/inbound/calls", "inbound")


@router.post(
    "",
    operation_id="take_call",
    summary="A call, a chat, a voicemail",
    status_code=201,
    dependencies=STAFF_OR_GATEWAY,
    responses={201: {"model": Ticket}, 200: {"model": Ticket, "description": "Put down in this open ticket"}},
)
async def take(errand: RepeatableErrand, body: CallTake) -> Response:
    """Recorded whatever comes of it. What the channel is not for is refused with where to turn (`decision.redirect`);
    a real emergency pages at once, and what is none becomes an ordinary ticket."""
    return sent(await take_call(errand, body))
