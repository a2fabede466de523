"""Administrative actions: asked for, kept as a ticket that carries them, and confirmed by a person who may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Asserter, Outcome
from app.db.callers import Kind
from app.db.commands import carry_out
from app.policy import life
from app.policy.decision import Decision, jsonable
from app.policy.life import decide_again_from_the_start
from app.policy.tickets.ticket import Ticket
from app.policy.verbs.authority import standing_of
from app.schemas.actions import ActionAsk
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import TicketOpen
from app.services.authority import Asked, asked_for, judge, name_of, terms_of
from app.services.errands import Errand
from app.services.facts import asserters, state
from app.services.redacting import Clean, with_redactions, without_secrets
from app.services.refusals import refusal
from app.services.repeating import once
from app.services.speaking import speaker
from app.services.tickets.changing import changed, command, gather
from app.services.tickets.knowing import Known
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
    alone = given.around.model_copy(update={"open_tickets": ()})
    opened = life.open_ticket(given.policy, given.request, alone, errand.now, id_=str(id_))
    _, plan = recorded(errand, given, opened, _as_ticket(asked, body), id_, asked.within_id)
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
    _check_who(known)
    if not known.ticket.held:
        raise Problem("conflict", "Nothing waits for a confirmation any more.")
    decision, after = _as_confirmed(errand, known, slug)
    if decision.outcome in _REFUSING:
        raise refusal(decision)
    if after.held and decision.reason == known.ticket.decision.reason:
        raise refusal(decision, passing=True)
    sender = after.request.sender
    who = sender.model_dump(mode="json", exclude_none=True) if sender is not None else {}
    contact = known.caller.id if known.caller.kind is Kind.CONTACT else known.row["contact_id"]
    change = changed(errand, known, after, requester=who, contact_id=contact)
    told = {"action": slug, "status": after.status, "outcome": decision.outcome}
    plan = command(errand, known, change, EventType.TICKET_ACTION_CONFIRMED, told)
    row = {**known.row, **change.columns, "version": change.version}
    answer = StoredAnswer(
        200, written(_view(row, after, terms_of(known.policy, slug))), {"ETag": f'"{change.version}"'}
    )
    await carry_out(errand.database, errand.provider_id, replace(plan, answer=answer), errand.now)
    return answer


def _check_who(known: Known) -> None:
    """Staff check who asks with `verify`; a confirmation is the customer's own word."""
    if known.caller.kind not in (Kind.CONTACT, Kind.RESELLER):
        raise Problem("forbidden", "A listed person confirms it; staff record with `verify` how they checked.")
    if standing_of(known.policy, known.ticket, known.around, speaker(known.caller)) is None:
        raise Problem("person_not_listed")


def _as_confirmed(errand: Errand, known: Known, slug: str) -> tuple[Decision, Ticket]:
    """The action as if the one who confirms had asked for it, in the client area, with the confirmation given."""
    terms = known.policy.action(slug)
    facts = dict(known.ticket.facts)
    if terms is not None and "confirmation" in terms.requires:
        who = {*asserters(known.caller), Asserter.SYSTEM}
        facts |= state(known.policy, {terms.confirmation or "confirmed": True}, who).asserted
    request = known.ticket.request.model_copy(update={"sender": speaker(known.caller)})
    return decide_again_from_the_start(
        known.policy, known.ticket.changed(request=request, facts=facts), known.around, errand.now, confirmed=True
    )


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
