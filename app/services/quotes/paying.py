"""Money that came for a quote, and money that went back: recorded once by the billing system's reference."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from app.base.clock import AHEAD
from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.money import Money, rounded
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.policy.life import carry_on as decide_again
from app.policy.life import reclassify, redeliberate
from app.policy.tickets.ticket import Ticket
from app.schemas.idempotency import StoredAnswer
from app.schemas.quotes import Payment, Refund
from app.services.errands import Errand
from app.services.quotes.changing import Change, KnownQuote, carry_on, gather, judged, shown
from app.services.redacting import reason_without_secrets
from app.services.repeating import once
from app.services.tickets.knowing import Known

_PAYMENT, _REFUND = "payment", "refund"


async def pay(errand: Errand, quote: UUID, body: Payment, expected: int | None) -> StoredAnswer:
    """What arrives counts, also more or less than was asked, and whatever has become of the quote."""
    return await once(lambda: _pay(errand, quote, body, expected))


async def _pay(errand: Errand, quote: UUID, body: Payment, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected, body.reference, _PAYMENT)
    if not _is_billing(known.caller):
        raise Problem("forbidden", "This needs the scope payments.")
    _check_money(known, body.amount)
    if known.row["recorded"] is not None:
        return _recorded(known, body.amount)
    if body.paid_at is not None and body.paid_at > errand.now + AHEAD:
        raise Problem("invalid", errors=[Fault("/paid_at", "out_of_range", "This must not lie in the future.")])
    amount = body.amount.amount
    money = {"amount": format(amount, "f"), "currency": body.amount.currency}
    after = judged(errand, known.ticket, "pay", money) if known.ticket is not None else None
    row = _row(errand, known, _PAYMENT, body.amount, body.reference)
    values = {"paid": known.quote["paid"] + amount}
    told = {**money, "reference": body.reference}
    paid_at = {"paid_at": min(body.paid_at or errand.now, errand.now)}
    change = Change(values, EventType.QUOTE_PAID, told, after, EventType.TICKET_PAID, {**row, **paid_at})
    return await carry_on(errand, known, change)


async def refund(errand: Errand, quote: UUID, body: Refund, expected: int | None) -> StoredAnswer:
    """What went back; never more than came."""
    return await once(lambda: _refund(errand, quote, body, expected))


async def _refund(errand: Errand, quote: UUID, body: Refund, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected, body.reference, _REFUND)
    if known.caller.kind is not Kind.STAFF and not _is_billing(known.caller):
        raise Problem("forbidden", "This needs the scope payments.")
    _check_money(known, body.amount)
    if known.row["recorded"] is not None:
        return _recorded(known, body.amount)
    amount, refunded = body.amount.amount, known.quote["refunded"]
    if refunded + amount > known.quote["paid"]:
        raise Problem("conflict", "More than was paid cannot go back.")
    after = None
    if known.ticket is not None:
        after = _with_less(errand, known.ticket, amount, known.row["kept_of_ticket"], body.amount.currency)
    row = {**_row(errand, known, _REFUND, body.amount, body.reference), "reason": reason_without_secrets(body.reason)}
    told = {"amount": format(amount, "f"), "currency": body.amount.currency, "reference": body.reference}
    values = {"refunded": refunded + amount}
    change = Change(values, EventType.QUOTE_REFUNDED, told, after, EventType.TICKET_REFUNDED, row)
    return await carry_on(errand, known, change)


def _with_less(errand: Errand, known: Known, amount: Decimal, kept: Decimal, currency: str) -> Ticket | None:
    """The ticket without the money; None where the policy had given it back already."""
    money = known.ticket.money
    left = rounded(kept - amount, currency)
    if money.paid <= left:
        return None
    poorer = known.ticket.changed(money=money.model_copy(update={"paid": max(left, Decimal(0))}))
    if not poorer.open:
        return poorer
    d = redeliberate(known.policy, poorer, known.around, errand.now, "refund")
    reclassify(d)
    _, after = decide_again(poorer, d, errand.now)
    return after


def _is_billing(caller: CallerRow) -> bool:
    return caller.kind is Kind.SERVICE and Scope.PAYMENTS in caller.scopes


def _check_money(known: KnownQuote, money: Money) -> None:
    unit = known.quote["currency"]
    if money.currency != unit:
        fault = Fault("/amount/currency", "not_offered", f"The quote is in {unit}.")
    elif money.amount <= 0:
        fault = Fault("/amount/amount", "out_of_range", "This must be greater than 0.")
    elif money.amount != rounded(money.amount, unit):
        fault = Fault("/amount/amount", "too_precise", f"{unit} has no smaller unit.")
    else:
        return
    raise Problem("invalid", errors=[fault])


def _recorded(known: KnownQuote, money: Money) -> StoredAnswer:
    """It came before: it counts once, and is answered with the quote as it is."""
    before = known.row["recorded"]
    same = (before["quote_id"], Decimal(before["amount"]), before["currency"])
    if same != (str(known.id), money.amount, money.currency):
        raise Problem("already_exists", "This reference was recorded for something else.")
    return shown(known, {})


def _row(errand: Errand, known: KnownQuote, kind: str, money: Money, reference: str) -> dict[str, Any]:
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "quote_id": known.id,
        "kind": kind,
        "reference": reference,
        "amount": money.amount,
        "currency": money.currency,
        "reason": None,
        "recorded_by": errand.principal.key,
        "paid_at": errand.now,
        "created_at": errand.now,
    }
