"""Quotes: an estimate priced by the policy's fee rules, for a ticket or for nothing yet."""

from collections.abc import Mapping
from typing import Any

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.tracing import span
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, Overtaken, carry_out
from app.db.problems import violated_constraint
from app.policy.decide import answer
from app.policy.decision import Decision, FeeDecision
from app.policy.desk.allowed import let_through
from app.policy.desk.quoting import quote_by_facts, quote_by_tariff
from app.policy.life import reclassify, redeliberate
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from app.schemas.idempotency import StoredAnswer
from app.schemas.quotes import QuoteAsk
from app.schemas.requests import Requested
from app.services.errands import Errand
from app.services.offers import offered, quote_row, stands, superseded
from app.services.quotes.view import quote_view
from app.services.redacting import without_secrets
from app.services.refusals import refusal
from app.services.repeating import once
from app.services.requests import gather as gather_request
from app.services.speaking import speaker
from app.services.tickets.changing import changed, command, gather
from app.services.tickets.knowing import Known
from app.services.tickets.view import written

_VERB = "describe"
_NOTHING_ASKED = Requested()
_OF_NO_TICKET = ("account", "facts", "rule")


async def offer(errand: Errand, body: QuoteAsk) -> StoredAnswer:
    """What it would cost, with the clauses that say so; kept as an offer."""
    _check(errand, body)
    body = without_secrets(body).body
    return await once(lambda: _for_ticket(errand, body) if body.ticket else _for_nothing_yet(errand, body))


def _check(errand: Errand, body: QuoteAsk) -> None:
    faults = []
    if body.ticket is not None:
        given = [name for name in _OF_NO_TICKET if getattr(body, name)]
        faults += [Fault(f"/{name}", "not_offered", "The ticket says this; leave it out.") for name in given]
    if body.amount is not None and (body.ticket is None or not errand.principal.is_staff):
        faults.append(Fault("/amount", "not_offered", "Only staff put a price, and for a ticket."))
    if body.ticket is None and body.rule is None and not body.facts:
        faults.append(Fault("/facts", "required", "Say what the work is: a ticket, facts, or a rule."))
    if faults:
        raise Problem("invalid", errors=faults)


# ── for a ticket ─────────────────────────────────────────────────────────────
async def _for_ticket(errand: Errand, body: QuoteAsk) -> StoredAnswer:
    known = await gather(errand, body.ticket or "")
    if not known.ticket.open:
        raise Problem("conflict", "The ticket has ended.")
    latest = known.row["latest_quote"]
    if known.caller.kind is Kind.STAFF:
        return await _put(errand, known, body, latest)
    standing = known.ticket.decision.fee
    if standing is not None and stands(standing, latest, errand.now):
        raise Problem("conflict", f"The ticket has its price already: read the quote {latest['id']}.")
    decision, fee = _as_it_stands(errand, known, body.estimated_minutes)
    row = _row(errand, decision, fee, body) | _of_ticket(known, latest)
    along, events = superseded(errand, known.id, latest)
    plan = Command({"quote": [row], "event": [offered(errand, row), *events]}, along=along)
    return await _write(errand, known.caller, row, _names(known), plan)


def _as_it_stands(errand: Errand, known: Known, minutes: int | None) -> tuple[Decision, FeeDecision]:
    """The price by which the ticket is judged; for another length of the work, what it would be."""
    ticket = known.ticket
    if minutes is not None and minutes != ticket.request.estimated_minutes:
        request = ticket.request.model_copy(update={"estimated_minutes": minutes})
        facts = {name: value for name, value in ticket.facts.items() if name != "estimated_minutes"}
        d = redeliberate(known.policy, ticket.changed(request=request, facts=facts), known.around, errand.now, _VERB)
        reclassify(d)
        decision = answer(d)
        return decision, _fee(decision).changed(indicative=True)
    fee = _fee(ticket.decision)
    return ticket.decision, fee.changed(indicative=fee.indicative or fee.amount is None)


async def _put(errand: Errand, known: Known, body: QuoteAsk, latest: Mapping[str, Any] | None) -> StoredAnswer:
    """Staff put a price on the ticket: it decides the work gate, and counts as an answer."""
    amount = body.amount
    if amount is not None and amount.currency != known.policy.document.currency:
        message = f"The policy's prices are in {known.policy.document.currency}."
        raise Problem("invalid", errors=[Fault("/amount/currency", "not_offered", message)])
    payload: dict[str, Any] = {"minutes": body.estimated_minutes}
    if amount is not None:
        payload["amount"] = format(amount.amount, "f")
    transition = Transition(verb="quote", by=speaker(known.caller), payload=payload)
    with span("decide", verb="quote"):
        decision, after = apply(known.policy, known.ticket, transition, known.around, errand.now)
    if not let_through(known.ticket, after):
        raise refusal(decision)
    change = changed(errand, known, after.changed(decision=decision), priced=False)
    row = _row(errand, decision, _fee(decision), body) | _of_ticket(known, latest)
    told = {"quote": str(row["id"]), "version": row["edition"]}
    plan = command(errand, known, change, EventType.TICKET_QUOTED, told)
    along, events = superseded(errand, known.id, latest)
    inserts = {**plan.inserts, "quote": [row], "event": [*plan.inserts["event"], offered(errand, row), *events]}
    both = Command(inserts, plan.update, [*plan.along, *along])
    return await _write(errand, known.caller, row, _names(known), both)


def _of_ticket(known: Known, latest: Mapping[str, Any] | None) -> dict[str, Any]:
    edition = latest["edition"] + 1 if latest is not None else 1
    return {"ticket_id": known.id, "account_id": known.row["account_id"], "edition": edition}


def _names(known: Known) -> dict[str, Any]:
    row = known.row
    return {
        "kept_of_ticket": known.ticket.money.paid,
        "payments": (),
        "ticket_reference": row["reference"],
        "account_number": row["account_number"],
        "account_name": row["account_name"],
    }


# ── for nothing yet ──────────────────────────────────────────────────────────
async def _for_nothing_yet(errand: Errand, body: QuoteAsk) -> StoredAnswer:
    told = {"account": body.account, "facts": body.facts, "estimated_minutes": body.estimated_minutes}
    asked = _NOTHING_ASKED.model_copy(update=told)
    given = await gather_request(errand, asked, errand.now, errand.now, beside=False)
    account = given.request.on_behalf_of or given.around.account
    request = given.request
    if request.on_behalf_of is not None:
        request = request.model_copy(update={"on_behalf_of": None})
    if given.request.on_behalf_of is not None or given.caller.kind is Kind.SERVICE:
        # A price is asked for; nobody's standing is at stake.
        request = request.model_copy(update={"sender": None})
    if body.rule is None:
        decision = quote_by_facts(given.policy, request, account, errand.now)
    elif body.rule in given.policy.document.fees:
        decision = quote_by_tariff(given.policy, body.rule, request, account, errand.now)
    else:
        known = ", ".join(given.policy.document.fees)
        raise Problem("invalid", errors=[Fault("/rule", "not_offered", f"This must be one of {known}.")])
    of = given.account_row(account.number) if account is not None else None
    row = _row(errand, decision, _fee(decision), body)
    row |= {"ticket_id": None, "account_id": of["id"] if of is not None else None, "edition": 1}
    names = {
        "kept_of_ticket": None,
        "payments": (),
        "ticket_reference": None,
        "account_number": of["number"] if of is not None else None,
        "account_name": of["holder"] if of is not None else None,
    }
    plan = Command({"quote": [row], "event": [offered(errand, row)]})
    return await _write(errand, given.caller, row, names, plan)


# ── parts ────────────────────────────────────────────────────────────────────
def _fee(decision: Decision) -> FeeDecision:
    if decision.fee is None:
        raise refusal(decision)
    return decision.fee


def _row(errand: Errand, decision: Decision, fee: FeeDecision, body: QuoteAsk) -> dict[str, Any]:
    more = {"facts": body.facts, "external_ref": body.external_ref, "metadata": body.metadata}
    return quote_row(errand, decision, fee, body.estimated_minutes, **more)


async def _write(
    errand: Errand, caller: CallerRow, row: dict[str, Any], names: Mapping[str, Any], plan: Command
) -> StoredAnswer:
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        raise Problem("forbidden")
    headers = {"Location": f"/v1/quotes/{row['id']}", "ETag": '"1"'}
    answer = StoredAnswer(201, written(quote_view({**row, **names})), headers)
    whole = Command(plan.inserts, plan.update, plan.along, answer, errand.repeat)
    try:
        await carry_out(errand.database, errand.provider_id, whole, errand.now)
    except Problem as problem:
        match violated_constraint(problem):
            case "uq_quote_on_offer" | "uq_quote_provider_id_ticket_id_edition":
                raise Overtaken from None
            case "uq_quote_external_ref":
                raise Problem("already_exists", "Another quote has this external_ref.") from problem
        raise
    return answer
