"""The verbs on a ticket: each is judged by the policy and answers the ticket as it is then."""

from typing import Any

from fastapi.responses import Response

from app.api.callers import JUDGED_STAFF, JUDGED_STAFF_OR_MONITORING, PEOPLE
from app.api.errands import RepeatableErrand, sent
from app.api.etags import ExpectedVersion
from app.api.routing import desk_router
from app.api.tickets import TicketName
from app.schemas import verbs as said
from app.schemas.tickets import Ticket
from app.services.tickets.verbs import Act, carry_through

router = desk_router("/v1/tickets/{ticket}", "verbs")

_TICKET: dict[int | str, dict[str, Any]] = {200: {"model": Ticket}}


@router.post(
    "/triage",
    operation_id="triage_ticket",
    summary="Record what was found out",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def triage(errand: RepeatableErrand, ticket: TicketName, body: said.Triage, version: ExpectedVersion) -> Response:
    """What the first level learns before it works or escalates. A topic or facts decide the ticket again."""
    found = body.model_dump(exclude={"topic", "facts"}, exclude_none=True)
    topic = {"topic": body.topic} if body.topic is not None else {}
    return sent(await carry_through(errand, ticket, Act("triage", topic, found, body.facts), version))


@router.post(
    "/assign", operation_id="assign_ticket", summary="Give it to somebody", responses=_TICKET, dependencies=JUDGED_STAFF
)
async def assign(errand: RepeatableErrand, ticket: TicketName, body: said.Assign, version: ExpectedVersion) -> Response:
    """One that nobody has yet; what somebody has is handed over."""
    return sent(await carry_through(errand, ticket, Act("assign", staff=body.staff), version))


@router.post(
    "/hand-over",
    operation_id="hand_over_ticket",
    summary="Hand it to a colleague",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def hand_over(
    errand: RepeatableErrand, ticket: TicketName, body: said.HandOver, version: ExpectedVersion
) -> Response:
    return sent(await carry_through(errand, ticket, Act("hand_over", staff=body.staff, note=body.note), version))


@router.post(
    "/escalate",
    operation_id="escalate_ticket",
    summary="Bring it to another level",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def escalate(
    errand: RepeatableErrand, ticket: TicketName, body: said.Escalate, version: ExpectedVersion
) -> Response:
    """The level has its own clocks. The policy may want triage first. At the level that it has already: 409."""
    act = Act("escalate", {"to_level": body.to_level}, note=body.reason)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/transfer",
    operation_id="transfer_ticket",
    summary="Bring it to another department",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def transfer(
    errand: RepeatableErrand, ticket: TicketName, body: said.Transfer, version: ExpectedVersion
) -> Response:
    act = Act("transfer", {"department": body.department}, note=body.reason)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/diagnose",
    operation_id="diagnose_ticket",
    summary="Say what caused it",
    responses=_TICKET,
    dependencies=JUDGED_STAFF_OR_MONITORING,
)
async def diagnose(
    errand: RepeatableErrand, ticket: TicketName, body: said.Diagnose, version: ExpectedVersion
) -> Response:
    """Priority, coverage and fee follow; what was refused may turn out to be the provider's own fault."""
    known = body.model_dump(include={"cause", "estimated_minutes"}, exclude_none=True)
    act = Act("diagnose", known, facts=body.facts, note=body.note)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/verify",
    operation_id="verify_ticket",
    summary="Say whether it is who they say",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def verify(errand: RepeatableErrand, ticket: TicketName, body: said.Verify, version: ExpectedVersion) -> Response:
    """What was held for it goes on, or is refused."""
    act = Act("verify", {"method": body.method, "result": body.result}, note=body.note)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/availability",
    operation_id="check_availability",
    summary="Say whether it can be done",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def availability(
    errand: RepeatableErrand, ticket: TicketName, body: said.Availability, version: ExpectedVersion
) -> Response:
    """A backup exists, somebody can do it; or not."""
    act = Act("availability", {"available": body.available}, note=body.note)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/negotiate",
    operation_id="negotiate_ticket",
    summary="Agree a turnaround",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def negotiate(
    errand: RepeatableErrand, ticket: TicketName, body: said.Negotiate, version: ExpectedVersion
) -> Response:
    """From now on it is measured."""
    act = Act("negotiate", {"due_at": body.due_at.isoformat()}, note=f"Agreed with {body.agreed_with}.")
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/schedule",
    operation_id="schedule_ticket",
    summary="Put the work into a window",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def schedule(
    errand: RepeatableErrand, ticket: TicketName, body: said.Schedule, version: ExpectedVersion
) -> Response:
    window = body.window.model_dump(mode="json", by_alias=True, exclude_none=True) if body.window else {}
    return sent(await carry_through(errand, ticket, Act("schedule", window), version))


@router.post(
    "/excuse",
    operation_id="excuse_ticket",
    summary="Give a delay its code",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def excuse(errand: RepeatableErrand, ticket: TicketName, body: said.Excuse, version: ExpectedVersion) -> Response:
    """It labels a miss; neither the due time nor the verdict changes."""
    act = Act("excuse", {"metric": body.metric, "code": body.code}, note=body.note)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/override",
    operation_id="override_ticket",
    summary="Decide otherwise, with a reason",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def override(
    errand: RepeatableErrand, ticket: TicketName, body: said.Override, version: ExpectedVersion
) -> Response:
    """Never over an exclusion that the policy calls strict."""
    act = Act("override", {"field": body.field, "value": str(body.value)}, note=body.reason)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/start-work", operation_id="start_work", summary="Begin the work", responses=_TICKET, dependencies=JUDGED_STAFF
)
async def start_work(errand: RepeatableErrand, ticket: TicketName, version: ExpectedVersion) -> Response:
    """Refused while the work gate is closed, with the clause that keeps it so."""
    return sent(await carry_through(errand, ticket, Act("start_work"), version))


@router.post(
    "/record-work",
    operation_id="record_work",
    summary="Record the time it took",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def record_work(
    errand: RepeatableErrand, ticket: TicketName, body: said.RecordWork, version: ExpectedVersion
) -> Response:
    """When the time that was agreed or paid for is used up, the work gate closes."""
    act = Act("record_work", {"minutes": body.minutes}, note=body.note)
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/resolve",
    operation_id="resolve_ticket",
    summary="Say that it is solved",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def resolve(
    errand: RepeatableErrand, ticket: TicketName, body: said.Resolve, version: ExpectedVersion
) -> Response:
    act = Act("resolve", columns={"resolution": body.resolution})
    return sent(await carry_through(errand, ticket, act, version))


@router.post(
    "/reopen", operation_id="reopen_ticket", summary="Take it up again", responses=_TICKET, dependencies=PEOPLE
)
async def reopen(errand: RepeatableErrand, ticket: TicketName, body: said.Reopen, version: ExpectedVersion) -> Response:
    """It goes on with what was left of its time; what was declined is asked once more."""
    return sent(await carry_through(errand, ticket, Act("reopen", note=body.reason), version))


@router.post("/close", operation_id="close_ticket", summary="End it", responses=_TICKET, dependencies=PEOPLE)
async def close(errand: RepeatableErrand, ticket: TicketName, version: ExpectedVersion) -> Response:
    return sent(await carry_through(errand, ticket, Act("close"), version))


@router.post(
    "/merge",
    operation_id="merge_ticket",
    summary="Merge it into another one",
    responses=_TICKET,
    dependencies=JUDGED_STAFF,
)
async def merge(errand: RepeatableErrand, ticket: TicketName, body: said.Merge, version: ExpectedVersion) -> Response:
    """The other ticket goes on; of the clocks of both those stand that are due first."""
    act = Act("merge", into=body.into)
    return sent(await carry_through(errand, ticket, act, version))
