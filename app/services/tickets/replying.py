"""Messages: customers and staff reply, staff leave notes; each reply is judged by the policy."""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.callers import Kind
from app.db.commands import Command, Update, carry_out
from app.policy import messages
from app.policy.life import Desk
from app.policy.situation import Request, Sender
from app.policy.tickets.history import DIAGNOSED
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import TicketOpen
from app.schemas.tickets import MessageWrite
from app.services.errands import Errand
from app.services.facts import asserters, state
from app.services.redacting import Clean, noticed, with_redactions, without_secrets
from app.services.refusals import refusal
from app.services.repeating import in_turn, once
from app.services.requests import gather as gather_request
from app.services.requests import sender_of
from app.services.secure_forms.judging import about_form
from app.services.tickets import opening
from app.services.tickets.changing import Changed, changed, command, gather_for_message
from app.services.tickets.files import naming, told
from app.services.tickets.joining import arrive
from app.services.tickets.knowing import Known
from app.services.tickets.reading import message_view
from app.services.tickets.view import written
from app.services.triage import suggest


def write(errand: Errand, ticket: str, body: MessageWrite, expected: int | None) -> Coroutine[Any, Any, StoredAnswer]:
    """On a merged ticket it lands on the survivor; on a closed one it opens a linked follow-up."""
    clean = without_secrets(body)
    return once(in_turn(errand, lambda held: _attempt(held, ticket, clean, expected)))


async def _attempt(errand: Errand, ticket: str, clean: Clean[MessageWrite], expected: int | None) -> StoredAnswer:
    answer, plan = await planned(errand, await gather_for_message(errand, ticket, expected), clean)
    await carry_out(errand.database, errand.provider_id, plan, errand.now)
    return answer


async def planned(errand: Errand, known: Known, clean: Clean[MessageWrite]) -> tuple[StoredAnswer, Command]:
    """The answer and all rows of a reply; Problem where the policy does not take it."""
    body = clean.body
    if body.visibility == "internal":
        return await _note(errand, known, clean)
    if known.row["merged_into"] is not None:
        return await planned(errand, await gather_for_message(errand, str(known.row["merged_into"])), clean)
    form = await about_form(errand, known.policy, body.facts, [known.row["account_id"]]) if body.facts else {}
    request, around = await _with_what_the_words_say(errand, known, _request(known, clean, form), body)
    staff_speaks = request.sender is not None and request.sender.role == "staff"
    if known.row["status"] == "closed" and not staff_speaks:
        return await _follow_up(errand, known, clean)
    done = messages.reply(known.policy, known.ticket, request, around, errand.now)
    if not done.appended:
        raise refusal(done.decision)
    change = changed(errand, known, done.ticket, read=True)
    message = _message(errand, known, body, request.sender)
    return _write(errand, known, change, message, EventType.TICKET_REPLIED, clean)


def _request(known: Known, clean: Clean[MessageWrite], form: Mapping[str, Any]) -> Request:
    body = clean.body
    stated = state(known.policy, body.facts, asserters(known.caller))
    return Request.model_construct(
        channel=body.channel or known.row["channel"],
        sender=sender_of(known.caller, body.sender, known.around.account),
        facts={**stated.all, **noticed(known.policy, clean.redacted), **form},
    )


async def _with_what_the_words_say(
    errand: Errand, known: Known, request: Request, body: MessageWrite
) -> tuple[Request, Desk]:
    """Of a customer's words what they suggest beside what the ticket knows already."""
    if request.sender is not None and request.sender.role == "staff":
        return request, known.around
    found = await suggest(
        errand.policies.lexicons,
        known.policy,
        (known.row["subject"], body.body),
        {**_known_topic(known), **known.ticket.facts, **request.facts},
        known.around.account,
        tuple(account.number for account in known.around.candidates),
        errand.now,
    )
    if found.facts:
        source = found.topic_source if "topic" in found.facts else request.topic_source
        request = request.model_copy(update={"facts": {**found.facts, **request.facts}, "topic_source": source})
    return request, known.around.hearing(found.candidates, found.signals)


def _known_topic(known: Known) -> dict[str, Any]:
    """What the ticket is about already, by an action too; words propose no other."""
    topic = known.ticket.decision.topic
    return {"topic": topic} if topic is not None else {}


async def _note(errand: Errand, known: Known, clean: Clean[MessageWrite]) -> tuple[StoredAnswer, Command]:
    """Between staff: it decides nothing, answers nobody, and is never sent anywhere."""
    if known.caller.kind is not Kind.STAFF:
        raise Problem("forbidden", "Internal notes are for staff.")
    version = known.row["version_of_row"] + 1
    change = Changed(known.ticket, {"updated_at": errand.now}, version)
    return _write(errand, known, change, _message(errand, known, clean.body, None), EventType.TICKET_NOTED, clean)


def _write(
    errand: Errand, known: Known, change: Changed, message: dict[str, Any], kind: EventType, clean: Clean[MessageWrite]
) -> tuple[StoredAnswer, Command]:
    body = clean.body
    about = {"message": message["id"], "visibility": body.visibility, "author_kind": message["author_kind"]}
    plan = command(
        errand, known, change, kind, {**about, **told(body.attachments)}, decided=kind is EventType.TICKET_REPLIED
    )
    status = change.columns.get("status", known.row["status"])
    ticket = {"id": known.id, "reference": known.row["reference"], "status": status, "version": change.version}
    files = naming(errand, body.attachments, known.id, message["id"])
    view = {**message_view({**message, "attachments": files.ids if files else []}), "ticket": ticket}
    view = with_redactions(view, clean.redacted)
    answer = StoredAnswer(201, written(view), {"Location": f"/v1/tickets/{known.id}/messages"})
    inserts = {**plan.inserts, "message": [message]}
    return answer, Command(inserts, plan.update, plan.along, files=files, answer=answer, repeat=errand.repeat)


def _message(errand: Errand, known: Known, body: MessageWrite, sender: Sender | None) -> dict[str, Any]:
    contact = known.row["contact_id"] if sender is not None and _is_requester(known, sender) else None
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "ticket_id": known.id,
        "visibility": body.visibility,
        **opening.author_of(known.caller, sender, contact),
        "channel": body.channel or known.row["channel"],
        "language": known.row["language"],
        "body": body.body,
        "received_at": errand.now,
        "created_at": errand.now,
    }


def _is_requester(known: Known, sender: Sender) -> bool:
    requester = known.row["requester"]
    return sender.email is not None and sender.email == requester.get("email")


def _still_stated(row: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of the ticket that hold for a follow-up; a topic that triage proposed is for triage to propose again."""
    left_out = DIAGNOSED | ({"topic"} if row["topic_source"] == "triage" else frozenset())
    return {name: value for name, value in row["facts"].items() if name not in left_out}


async def _follow_up(errand: Errand, known: Known, clean: Clean[MessageWrite]) -> tuple[StoredAnswer, Command]:
    """What is closed stays closed; what is said about it is a request of its own, linked to it."""
    row, body = known.row, clean.body
    anew = TicketOpen.model_construct(
        account=row["account_number"] if known.caller.kind is not Kind.CONTACT else None,
        on_behalf_of=None,
        channel=body.channel or (row["channel"] if known.caller.kind is not Kind.CONTACT else None),
        menu_option=None,
        sender=body.sender,
        subject=row["subject"],
        body=body.body,
        action=None,
        facts={**_still_stated(row), **body.facts},
        estimated_minutes=None,
        language=row["language"],
        external_ref=None,
        metadata={},
        attachments=body.attachments,
    )
    given = await gather_request(errand, anew, errand.now, errand.now, clean.redacted)
    id_: UUID = errand.new_id()
    arrived = await arrive(errand, given, errand.now, id_)
    _, plan = opening.recorded(errand, given, arrived, anew, id_, known.id)
    message = plan.inserts["message"][0]
    new = plan.inserts["ticket"][0]
    joined: Update | None = plan.update
    ticket = {"id": joined.id if joined else id_, "reference": new["reference"], "status": new["status"], "version": 1}
    files = plan.files.ids if plan.files else []
    view = {**message_view({**message, "attachments": files}), "ticket": ticket, "follow_up_of": known.id}
    view = with_redactions(view, clean.redacted)
    answer = StoredAnswer(201, written(view), {"Location": f"/v1/tickets/{ticket['id']}/messages"})
    return answer, replace(plan, answer=answer, repeat=errand.repeat)
