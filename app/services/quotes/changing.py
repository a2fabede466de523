"""What every change of a quote begins and ends with: its facts gathered, and its rows and its ticket's written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.tracing import span
from app.db.callers import CallerRow
from app.db.commands import Along, Command, Overtaken, Update, carry_out
from app.db.problems import violated_constraint
from app.db.quotes import COLUMNS, quote_for_change
from app.policy.desk.allowed import let_through, out_of_turn
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand
from app.services.quotes.view import quote_view
from app.services.refusals import refusal
from app.services.repeating import check_repeated, check_version
from app.services.speaking import speaker
from app.services.tickets.changing import as_due_now, changed, command
from app.services.tickets.knowing import Known, known_of
from app.services.tickets.view import written

_OF_STATE = frozenset({"consent_required", "payment_required", "quote_required", "staff_decision_required"})


@dataclass(frozen=True, slots=True)
class KnownQuote:
    """A quote, and its ticket where it has one."""

    caller: CallerRow
    quote: Mapping[str, Any]
    row: Mapping[str, Any]
    ticket: Known | None

    @property
    def id(self) -> UUID:
        id_: UUID = self.quote["id"]
        return id_


@dataclass(frozen=True, slots=True)
class Change:
    """New values of the quote, what the log tells of it, and the ticket as it is then."""

    values: Mapping[str, Any]
    kind: EventType
    told: Mapping[str, Any]
    after: Ticket | None = None
    of_ticket: EventType | None = None
    payment: Mapping[str, Any] | None = None


async def gather(
    errand: Errand, quote: UUID, expected: int | None, reference: str | None = None, kind: str | None = None
) -> KnownQuote:
    """`reference` and `kind`: of the payment or refund that is to be recorded, if it is not yet."""
    caller, row = await quote_for_change(
        errand.database, errand.provider_id, errand.principal, quote, errand.now, errand.repeat, reference, kind
    )
    if row is None:
        raise Problem("not_found")
    await check_repeated(errand, row)
    known = {column: row[f"quote_{column}"] for column in COLUMNS}
    check_version(known["version"], expected)
    if known["ticket_id"] is None:
        return KnownQuote(caller, known, row, None)
    return KnownQuote(caller, known, row, await as_due_now(errand, await known_of(errand, caller, row)))


def check_status(errand: Errand, known: KnownQuote, *statuses: str) -> None:
    """409 unless the quote has one of these, and is the last word about its ticket."""
    quote = known.quote
    if quote["status"] not in statuses:
        raise Problem("conflict", f"The quote is {quote['status']}.")
    if quote["status"] == "offered" and quote["expires_at"] is not None and quote["expires_at"] <= errand.now:
        raise Problem("conflict", "The quote has expired; ask for a new one.")
    if known.row["latest_edition"] not in (None, quote["edition"]):
        raise Problem("conflict", "There is a newer price for the ticket.")


def judged(errand: Errand, known: Known, verb: str, payload: Mapping[str, Any]) -> Ticket:
    """The ticket after the verb; Problem where its state or the policy does not let it through."""
    if verb != "pay" and out_of_turn(verb, known.ticket.turn):
        raise Problem("conflict", "The ticket has ended.")
    transition = Transition(verb=verb, by=speaker(known.caller), payload=payload)
    with span("decide", verb=verb):
        decision, after = apply(known.policy, known.ticket, transition, known.around, errand.now)
    if not let_through(known.ticket, after):
        raise refusal(decision, passing=decision.reason in _OF_STATE and not decision.missing)
    return after.changed(decision=decision)


def shown(known: KnownQuote, values: Mapping[str, Any], payments: Sequence[Mapping[str, Any]] = ()) -> StoredAnswer:
    """The quote as it is with these values and payments."""
    row, quote = known.row, {**known.quote, **values}
    kept = row["kept_of_ticket"] + (values.get("paid", quote["paid"]) - values.get("refunded", quote["refunded"]))
    names = {
        "payments": (*row["payments"], *payments),
        "kept_of_ticket": kept - (known.quote["paid"] - known.quote["refunded"]),
        "ticket_reference": row["reference"],
        "account_number": row["account_number"],
        "account_name": row["account_name"],
    }
    return StoredAnswer(200, written(quote_view({**quote, **names})), {"ETag": f'"{quote["version"]}"'})


async def carry_on(errand: Errand, known: KnownQuote, change: Change) -> StoredAnswer:
    """Quote, ticket, payment and both events in one statement."""
    quote, version = known.quote, known.quote["version"] + 1
    values = {**change.values, "updated_at": errand.now}
    told = {**{name: quote[name] for name in ("ticket_id", "account_id", "edition")}, **change.told}
    event = errand.event(change.kind, ("quote", known.id), version, told)
    payments = [change.payment] if change.payment is not None else []
    answer = shown(known, {**values, "version": version}, payments)
    if known.ticket is None or change.after is None or change.of_ticket is None:
        update = Update("quote", known.id, quote["version"], values)
        plan = Command({"event": [event], "payment": payments}, update)
    else:
        moved = changed(errand, known.ticket, change.after, priced=False)
        on_ticket = {"quote": str(known.id), "version": quote["edition"], **change.told}
        first = command(errand, known.ticket, moved, change.of_ticket, on_ticket)
        inserts = {**first.inserts, "event": [*first.inserts["event"], event], "payment": payments}
        plan = Command(inserts, first.update, [*first.along, Along("quote", {"id": known.id}, values)])
    whole = Command(plan.inserts, plan.update, plan.along, answer, errand.repeat)
    try:
        await carry_out(errand.database, errand.provider_id, whole, errand.now)
    except Problem as problem:
        if violated_constraint(problem) == "uq_payment_provider_id_kind_reference":
            raise Overtaken from None
        raise
    return answer
