"""A request becomes a ticket: decided, recorded with its clocks and its event, and answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from app.base.clock import AHEAD
from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.identifiers import new_reference
from app.base.vocabulary import Outcome
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, Update, carry_out
from app.db.problems import violated_constraint
from app.policy.compile import CompiledPolicy
from app.policy.situation import Sender
from app.policy.tickets.ticket import Ticket
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import TicketOpen
from app.services.consequences import on_account
from app.services.errands import Errand, for_the_log, instead_of_words
from app.services.offers import offer
from app.services.redacting import Clean, with_redactions, without_secrets
from app.services.repeating import once
from app.services.requests import Gathered, gather
from app.services.secure_forms.demanding import demanded
from app.services.speaking import around, customer_of
from app.services.ticket_state import clock_rows, decided_columns, refreshed
from app.services.tickets.actions import allowed_actions
from app.services.tickets.files import naming, told
from app.services.tickets.joining import Arrived, arrive
from app.services.tickets.view import ticket_view, written

_BACK = timedelta(hours=24)


async def open_ticket(errand: Errand, body: TicketOpen) -> StoredAnswer:
    """201 whatever the outcome; 200 with the first ticket where the request was about the same."""
    received_at = _received_at(errand, body)
    clean = without_secrets(body)
    return await once(lambda: _attempt(errand, clean, received_at))


def _received_at(errand: Errand, body: TicketOpen) -> datetime:
    if body.received_at is None:
        return errand.now
    if errand.principal.is_contact:
        fault = Fault("/received_at", "not_offered", "What you send is received when it arrives.")
    elif not errand.now - _BACK <= body.received_at <= errand.now + AHEAD:
        fault = Fault("/received_at", "out_of_range", "This must lie within the last 24 hours.")
    else:
        # No two machines' clocks agree: what comes from one that is ahead of ours came now.
        return min(body.received_at, errand.now)
    raise Problem("invalid", errors=[fault])


async def _attempt(errand: Errand, clean: Clean[TicketOpen], received_at: datetime) -> StoredAnswer:
    given = await gather(errand, clean.body, received_at, errand.now, clean.redacted)
    id_ = errand.new_id()
    arrived = await arrive(errand, given, received_at, id_)
    answer, command = recorded(errand, given, arrived, clean.body, id_, None)
    try:
        await carry_out(errand.database, errand.provider_id, command, errand.now)
    except Problem as problem:
        if violated_constraint(problem) == "uq_ticket_external_ref":
            raise Problem("already_exists", "Another ticket has this external_ref.") from problem
        raise
    return answer


def recorded(
    errand: Errand, given: Gathered, arrived: Arrived, body: TicketOpen, id_: UUID, follow_up_of: UUID | None
) -> tuple[StoredAnswer, Command]:
    """All rows of a new ticket, and the answer that tells of it."""
    opened, first = arrived.opened, arrived.first
    ticket = opened.ticket
    if ticket.received_at != errand.now:
        ticket = refreshed(ticket, given.policy, errand.now)
    account = given.account_row(ticket.account)
    row = _new_row(errand, given, ticket, account, body, id_, follow_up_of)
    clocks = clock_rows(errand.provider_id, id_, ticket.clocks, errand.now)
    merged = opened.survivor is not None and opened.decision.outcome is Outcome.MERGED
    event = errand.event(
        EventType.TICKET_MERGED if merged else EventType.TICKET_OPENED,
        ("ticket", id_),
        1,
        {**_told(row), **told(body.attachments)},
        **_decided(row, given.caller, account),
    )
    repeated = opened.survivor is None
    event["decision"] = instead_of_words(ticket.decision) if repeated else for_the_log(ticket.decision)
    along, more = on_account(errand, opened.decision, account)
    inserts: dict[str, list[dict[str, Any]]] = {"ticket": [row], "clock": clocks, "event": [event, *more]}
    if opened.survivor is not None and first is not None:
        answer, command = _joined(errand, given, opened.survivor, first, body, id_, inserts)
        return answer, replace(command, along=along)
    message_id = None
    if body.body is not None:
        message = first_message(errand, given, id_, row, body.body)
        inserts["message"], message_id = [message], message["id"]
    files = naming(errand, body.attachments, id_, message_id)
    price = offer(errand, ticket, row["account_id"], None)
    inserts["quote"] = list(price.quotes)
    inserts["event"] += price.events
    form = demanded(errand, ticket.decision, None, id_, account, row["contact_id"])
    inserts |= {table: [*inserts.get(table, ()), *rows] for table, rows in form.items()}
    shown = {**row, **names_of(account), "clocks": clocks, "assignee_name": None, "latest_quote": price.latest}
    headers = {"Location": f"/v1/tickets/{id_}", "ETag": '"1"'}
    answer = StoredAnswer(201, written(_view(errand, given, ticket, account, shown)), headers)
    told_again = "decision" if repeated else None
    return answer, Command(inserts, along=along, files=files, answer=answer, repeat=errand.repeat, told=told_again)


def _joined(
    errand: Errand,
    given: Gathered,
    survivor: Ticket,
    first: Mapping[str, Any],
    body: TicketOpen,
    id_: UUID,
    inserts: dict[str, list[dict[str, Any]]],
) -> tuple[StoredAnswer, Command]:
    """The first ticket takes the message over, and is what the caller is shown."""
    survivor = refreshed(survivor, given.policy, errand.now)
    changed = decided_columns(survivor, given.policy, errand.now)
    first_id = UUID(survivor.id)
    clocks = clock_rows(errand.provider_id, first_id, survivor.clocks, errand.now)
    version = first["version"] + 1
    data = {"merged": str(id_), "status": survivor.status}
    event = errand.event(
        EventType.TICKET_JOINED,
        ("ticket", first_id),
        version,
        data,
        decision=for_the_log(survivor.decision),
        **_decided(changed, given.caller, None),
    )
    inserts["clock"] = [*inserts["clock"], *clocks]
    inserts["event"] = [*inserts["event"], event]
    message_id = None
    if body.body is not None:
        message = first_message(errand, given, first_id, {**inserts["ticket"][0]}, body.body)
        inserts["message"], message_id = [message], message["id"]
    files = naming(errand, body.attachments, first_id, message_id)
    account = given.account_row(survivor.account)
    price = offer(errand, survivor, account["id"] if account is not None else None, first["latest_quote"])
    inserts["quote"] = list(price.quotes)
    inserts["event"] += price.events
    shown = {**first, **changed, **names_of(account), "clocks": clocks, "version": version, "assignee_name": None}
    shown["latest_quote"] = price.latest
    headers = {"Location": f"/v1/tickets/{first_id}", "ETag": f'"{version}"'}
    answer = StoredAnswer(200, written(_view(errand, given, survivor, account, shown)), headers)
    update = Update("ticket", first_id, first["version"], changed)
    return answer, Command(inserts, update, price.along, files=files, answer=answer, repeat=errand.repeat)


def _view(
    errand: Errand, given: Gathered, ticket: Ticket, account: Mapping[str, Any] | None, row: Mapping[str, Any]
) -> dict[str, Any]:
    known = given.around.account if account is not None and account is given.row["account"] else None
    desk = partial(around, given.caller, account, given.row["incidents"], known=known)
    customer = customer_of(given.caller, account)
    allowed = allowed_actions(given.policy, ticket, desk, given.caller, errand.now, row["latest_quote"], customer)
    return with_redactions(ticket_view(row, allowed), given.redacted)


def _new_row(
    errand: Errand,
    given: Gathered,
    ticket: Ticket,
    account: Mapping[str, Any] | None,
    body: TicketOpen,
    id_: UUID,
    follow_up_of: UUID | None,
) -> dict[str, Any]:
    request, policy = given.request, given.policy
    asking = given.row["account"] if request.on_behalf_of is not None else account
    reseller = given.caller.reseller or (account and account["reseller_id"])
    return {
        "provider_id": errand.provider_id,
        "id": id_,
        "reference": new_reference(policy.document.prefix),
        "subject": body.subject,
        "channel": request.channel or _channel(policy, ticket),
        "account_id": account["id"] if account is not None else None,
        "contact_id": given.contact_id(asking),
        "requester": request.sender.known if request.sender is not None else {},
        "assignee_id": None,
        "reseller_id": reseller,
        "received_at": ticket.received_at,
        "external_ref": body.external_ref,
        "metadata": body.metadata,
        "follow_up_of": follow_up_of,
        "resolution": None,
        "created_at": errand.now,
        "version": 1,
        **decided_columns(ticket, policy, errand.now),
    }


def _channel(policy: CompiledPolicy, ticket: Ticket) -> str:
    known = ticket.decision.channel or policy.channel(None, None)
    return known.slug if known is not None else "unknown"


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("reference", "status", "outcome", "reason", "channel", "account_id", "merged_into", "follow_up_of")
    return {name: row[name] for name in names}


def _decided(row: Mapping[str, Any], caller: CallerRow, account: Mapping[str, Any] | None) -> dict[str, Any]:
    """Columns of an event that tells of a decision."""
    return {
        "policy_version": row["policy_version"],
        "settings_revision": row["settings_revision"],
        "on_behalf_of": account["id"] if account is not None and caller.kind is Kind.RESELLER else None,
    }


def names_of(account: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a view names beside the row's own columns."""
    reseller = (account and account["reseller"]) or {}
    return {
        "account_number": account["number"] if account is not None else None,
        "account_name": account["holder"] if account is not None else None,
        "reseller_number": reseller.get("number"),
        "reseller_name": reseller.get("name"),
    }


def first_message(
    errand: Errand, given: Gathered, ticket_id: UUID, row: Mapping[str, Any], text: str
) -> dict[str, Any]:
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "ticket_id": ticket_id,
        "visibility": "public",
        **author_of(given.caller, given.request.sender, row["contact_id"]),
        "channel": row["channel"],
        "language": given.request.language or row["language"],
        "body": text,
        "received_at": row["received_at"],
        "created_at": errand.now,
    }


def author_of(caller: CallerRow, sender: Sender | None, contact_id: UUID | None) -> dict[str, Any]:
    """Who wrote, in the columns of a message; a machine or a clerk may have written it down for somebody."""
    if caller.kind in (Kind.CONTACT, Kind.RESELLER) or sender is None or sender.role is not None:
        named = {"name": caller.name, "email": caller.email if caller.kind is not Kind.STAFF else None}
        return {"author_kind": str(caller.kind), "author_id": caller.id, "author": named}
    kind = "contact" if contact_id is not None else "unlisted"
    return {"author_kind": kind, "author_id": contact_id, "author": {"name": sender.name, "email": sender.email}}
