"""Tickets: opened, read, listed and described; their messages, files, events, clocks and decisions."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Query
from fastapi.responses import Response
from orjson import Fragment

from app.api.answers import JsonAnswer
from app.api.callers import ASKING, FOLLOWING
from app.api.errands import ErrandDep, KeyedErrand, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import ExternalRef, PageDep
from app.api.routing import desk_router
from app.base.errors import Fault, Problem
from app.base.vocabulary import Coverage, TicketStatus, WorkGate
from app.schemas.attachments import Attachment
from app.schemas.fields import Id, ShortText, When
from app.schemas.listing import Listed
from app.schemas.requests import TicketOpen
from app.schemas.tickets import (
    ClocksRead,
    DecisionMade,
    EventShown,
    Message,
    MessageWrite,
    MessageWritten,
    Order,
    Ticket,
    TicketListed,
    TicketPatch,
)
from app.services.attachments.reading import attachment_view, of_ticket
from app.services.tickets import reading
from app.services.tickets.describing import describe
from app.services.tickets.opening import open_ticket
from app.services.tickets.replying import write
from app.services.tickets.searching import terms_of

router = desk_router("/v1/tickets", "tickets")

TicketName = Annotated[str, Path(max_length=64, description="Id or reference", examples=["NTH-7K3Q-9F2D-M4XA"])]
Level = Annotated[int | None, Query(ge=0, le=99, description="Of support; 1 is the first")]
Sort = Annotated[Order, Query(description="`-`: the greatest first")]
Text = ShortText | None
_PLACE: Final = tuple[When | None, Id]
_ASSIGNEE: Final[dict[str, Any]] = {
    "maxLength": 36,
    "pattern": "^(me|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$",
}


async def _filters(
    status: Annotated[TicketStatus | None, Query(description="How it stands")] = None,
    priority: Annotated[Text, Query(description="As the policy names it")] = None,
    department: Annotated[Text, Query(description="As the policy names it")] = None,
    level: Level = None,
    account: Annotated[Text, Query(description="Number or id")] = None,
    coverage: Annotated[Coverage | None, Query(description="Who bears what it costs")] = None,
    work_gate: Annotated[WorkGate | None, Query(description="What keeps the work from being done")] = None,
    assignee: Annotated[
        str | None, Query(description="Id of a staff member, or `me`", json_schema_extra=_ASSIGNEE)
    ] = None,
    breached: Annotated[bool | None, Query(description="Whether a promise was missed")] = None,
    topic: Annotated[Text, Query(description="A topic, or one above it")] = None,
    q: Annotated[Text, Query(description='Words of it and of its messages; "a phrase", -without')] = None,
    created_after: Annotated[When | None, Query(description="An instant")] = None,
    created_before: Annotated[When | None, Query(description="An instant")] = None,
    external_ref: ExternalRef = None,
) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "status": status,
        "priority": priority,
        "department": department,
        "level": level,
        "coverage": coverage,
    }
    plain |= {
        "work_gate": work_gate,
        "breached": breached,
        "topic": topic,
        "q": terms_of(q) if q is not None else None,
        "external_ref": external_ref,
    }
    plain |= {"created_after": created_after, "created_before": created_before}
    named = {"account_id": _as_id(account), "account": None if _as_id(account) else account}
    mine = {"mine": True} if assignee == "me" else {"assignee": _staff_id(assignee)}
    return {name: value for name, value in {**plain, **named, **mine}.items() if value is not None}


def _as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text is not None and len(text) == 36 else None
    except ValueError:
        return None


def _staff_id(text: str | None) -> UUID | None:
    if text is not None and _as_id(text) is None:
        raise Problem("invalid", errors=[Fault("/query/assignee", "type", "This must be a UUID, or `me`.")])
    return _as_id(text)


@router.post(
    "",
    operation_id="open_ticket",
    summary="Open a ticket",
    status_code=201,
    responses={
        201: {"model": Ticket},
        200: {"model": Ticket, "description": "Merged into this first ticket"},
    },
    dependencies=ASKING,
)
async def create_ticket(errand: KeyedErrand, body: TicketOpen) -> Response:
    """Whatever reaches the desk is recorded and answered with its outcome, refused and held requests too."""
    return sent(await open_ticket(errand, body))


@router.get(
    "",
    operation_id="list_tickets",
    summary="Tickets within reach of the caller",
    responses={200: {"model": Listed[TicketListed]}},
    dependencies=FOLLOWING,
)
async def list_tickets(
    errand: ErrandDep, page: PageDep, filters: Annotated[dict[str, Any], Depends(_filters)], sort: Sort = Order.NEWEST
) -> Response:
    after = page.after(_PLACE)
    rows = await reading.listed(errand, filters, sort, after, page.fetch)
    return page.answer(rows.shown, position=lambda _: rows.last or (), view=Fragment)


@router.get(
    "/{ticket}",
    operation_id="read_ticket",
    summary="One ticket",
    responses={200: {"model": Ticket}},
    dependencies=FOLLOWING,
)
async def read_ticket(errand: ErrandDep, ticket: TicketName, if_none_match: IfNoneMatch = None) -> Response:
    """With its clocks, the latest decision with its clauses, and what the caller may do now."""
    shown = await reading.read(errand, ticket)
    tag = {"ETag": etag(shown.version)}
    return unchanged(if_none_match, shown.version) or JsonAnswer(shown.body, headers=tag)


@router.patch(
    "/{ticket}",
    operation_id="describe_ticket",
    summary="Describe a ticket",
    responses={200: {"model": Ticket}},
    dependencies=FOLLOWING,
)
async def describe_ticket(
    errand: ErrandDep, ticket: TicketName, body: TicketPatch, version: DemandedVersion
) -> Response:
    """A merge patch of what describes it. Adding what was missing decides it again."""
    view = await describe(errand, ticket, body.model_dump(exclude_unset=True), version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.post(
    "/{ticket}/messages",
    operation_id="write_message",
    summary="Reply, or leave an internal note",
    status_code=201,
    responses={201: {"model": MessageWritten}},
    dependencies=FOLLOWING,
)
async def write_message(
    errand: RepeatableErrand, ticket: TicketName, body: MessageWrite, version: ExpectedVersion
) -> Response:
    """A reply to a resolved ticket reopens it, to a closed one opens a linked follow-up."""
    return sent(await write(errand, ticket, body, version))


@router.get(
    "/{ticket}/messages",
    operation_id="list_messages",
    summary="The conversation, the oldest first",
    responses={200: {"model": Listed[Message]}},
    dependencies=FOLLOWING,
)
async def list_messages(errand: ErrandDep, ticket: TicketName, page: PageDep) -> Response:
    after = page.after(tuple[Id])
    rows = await reading.messages(errand, ticket, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=reading.message_view)


@router.get(
    "/{ticket}/attachments",
    operation_id="list_attachments",
    summary="The files that came with it",
    responses={200: {"model": Listed[Attachment]}},
    dependencies=FOLLOWING,
)
async def list_attachments(errand: ErrandDep, ticket: TicketName, page: PageDep) -> Response:
    after = page.after(tuple[Id])
    rows = await of_ticket(errand, ticket, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=attachment_view)


@router.get(
    "/{ticket}/events",
    operation_id="list_events",
    summary="All that has happened to it, in order",
    responses={200: {"model": Listed[EventShown]}},
    dependencies=FOLLOWING,
)
async def list_events(errand: ErrandDep, ticket: TicketName, page: PageDep) -> Response:
    after = page.after(tuple[int])
    rows = await reading.events(errand, ticket, after[0] if after else None, page.fetch)
    provider = errand.principal.provider
    return page.answer(rows, position=lambda row: (row["seq"],), view=lambda row: reading.event_view(row, provider))


@router.get(
    "/{ticket}/decisions",
    operation_id="list_decisions",
    summary="Every decision about it, with the versions it rests on",
    responses={200: {"model": Listed[DecisionMade]}},
    dependencies=FOLLOWING,
)
async def list_decisions(errand: ErrandDep, ticket: TicketName, page: PageDep) -> Response:
    after = page.after(tuple[int])
    rows = await reading.events(errand, ticket, after[0] if after else None, page.fetch, decisions=True)
    return page.answer(rows, position=lambda row: (row["seq"],), view=reading.decision_view)


@router.get(
    "/{ticket}/clocks",
    operation_id="read_clocks",
    summary="Its clocks as they run at this moment",
    responses={200: {"model": ClocksRead}},
    dependencies=FOLLOWING,
)
async def read_clocks(errand: ErrandDep, ticket: TicketName) -> Response:
    """In seconds of each clock's own open time, as of the instant that the answer names."""
    return answered(await reading.clocks(errand, ticket))
