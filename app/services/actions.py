"""Administrative actions: asked for, kept as a ticket that carries them, and confirmed by a person who may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Outcome
from app.db.callers import Kind
from app.db.commands import carry_out
from app.policy import life
from app.policy.decision import jsonable
from app.policy.desk.allowed import Hindrance
from app.policy.desk.confirming import Confirmation
from app.policy.desk.confirming import confirm as confirmation
from app.policy.tickets.ticket import Ticket
from app.schemas.actions import ActionAsk
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import TicketOpen
from app.services.authority import Asked, asked_for, judge, name_of, terms_of
from app.services.errands import Errand
from app.services.redacting import Clean, with_redactions, without_secrets
from app.services.refusals import refusal
from app.services.repeating import once
from app.services.speaking import speaker
from app.services.tickets.changing import changed, command, gather
from app.services.tickets.joining import Arrived
from app.services.tickets.opening import names_of, recorded
from app.services.tickets.view import written

_REFUSING = (Outcome.REFUSED, Outcome.AUTO_CLOSED)


# ── asked for ────────────────────────────────────────────────────────────────
async def ask(errand: Errand, body: ActionAsk) -> StoredAnswer:
    """201, accepted or waiting for what the policy wants first; Problem with the clause where it is refused."""
    clean = without_secrets(body)
    return await once(lambda: _ask(errand, clean))


async def _ask(errand: Errand, clean: Clean[ActionAsk]) -> StoredAnswer:
    body = clean.body
    asked = await asked_for(errand, body, clean.redacted)
    decision = judge(errand, asked)
    if decision.outcome in _REFUSING:
        raise refusal(decision)
    given, id_ = asked.given, errand.new_id()
    # Whoever asks twice for what cannot be undone has asked twice: nothing is merged.
    alone = replace(given.around, open_tickets=())
    opened = life.open_ticket(given.policy, given.request, alone, errand.now, id_=str(id_))
    _, plan = recorded(errand, given, Arrived(opened), _as_ticket(asked, body), id_, asked.within_id)
    row = plan.inserts["ticket"][0]
    shown = {**row, **names_of(given.account_row(opened.ticket.account))}
    view = with_redactions(_view(shown, opened.ticket, terms_of(given.policy, body.action)), clean.redacted)
    headers = {"Location": f"/v1/tickets/{id_}", "ETag": '"1"'}
    answer = StoredAnswer(201, written(view), headers)
    await carry_out(errand.database, errand.provider_id, replace(plan, answer=answer), errand.now)
    return answer


def _as_ticket(asked: Asked, body: ActionAsk) -> TicketOpen:
    return TicketOpen.model_construct(
        subject=body.subject or name_of(asked.given.policy, body.action),
        body=body.body,
        external_ref=None,
        metadata={},
        attachments=[],
    )


# ── confirmed ────────────────────────────────────────────────────────────────
async def confirm(errand: Errand, action: str, expected: int | None) -> StoredAnswer:
    """By a listed person in the client area, once; Problem 409 where nothing waits for it any more."""
    return await once(lambda: _confirm(errand, action, expected))


async def _confirm(errand: Errand, name: str, expected: int | None) -> StoredAnswer:
    known = await gather(errand, name, expected)
    slug = known.ticket.request.action
    if slug is None:
        raise Problem("not_found", "No action of this name was asked for.")
    done = confirmation(known.policy, known.ticket, speaker(known.caller), known.around, errand.now)
    if done.hindrance is not None:
        raise _hindered(done, done.hindrance)
    after = done.ticket
    sender = after.request.sender
    who = sender.known if sender is not None else {}
    contact = known.caller.id if known.caller.kind is Kind.CONTACT else known.row["contact_id"]
    change = changed(errand, known, after, requester=who, contact_id=contact)
    told = {"action": slug, "status": after.status, "outcome": done.decision.outcome}
    plan = command(errand, known, change, EventType.TICKET_ACTION_CONFIRMED, told)
    row = {**known.row, **change.columns, "version": change.version}
    answer = StoredAnswer(
        200, written(_view(row, after, terms_of(known.policy, slug))), {"ETag": f'"{change.version}"'}
    )
    await carry_out(errand.database, errand.provider_id, replace(plan, answer=answer), errand.now)
    return answer


def _hindered(done: Confirmation, hindrance: Hindrance) -> Problem:
    match hindrance.code:
        case "conflict":
            return Problem("conflict", "Nothing waits for a confirmation any more.")
        case "forbidden" if not hindrance.citations:
            return Problem("forbidden", "A listed person confirms it; staff record with `verify` how they checked.")
        case "person_not_listed":
            return Problem("person_not_listed")
        case _:
            return refusal(done.decision, passing=hindrance.of_state)


# ── shown ────────────────────────────────────────────────────────────────────
def _view(row: Mapping[str, Any], ticket: Ticket, terms: Mapping[str, Any]) -> dict[str, Any]:
    told = jsonable(ticket.decision)
    action = told["action"] or {"verify": [], "deliver_to": None}
    account = {name: row[f"account_{name}"] for name in ("id", "number", "name")} if row["account_id"] else None
    return {
        "id": row["id"],
        "action": ticket.request.action,
        "terms": terms,
        **{name: told[name] for name in ("outcome", "reason", "missing")},
        "verify": action["verify"],
        "deliver_to": action["deliver_to"],
        "account": account,
        "ticket": {name: row[name] for name in ("id", "reference", "status", "version")},
        "asked_in": row["follow_up_of"],
        "decision": told,
    }
