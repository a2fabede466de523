"""Verbs about money and the work it opens: quote, consent, payment, work, settlement."""

from decimal import Decimal

from app.base.money import rounded
from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.decision import FeeDecision
from app.policy.language.prices import Fee
from app.policy.language.standard import ANSWERS
from app.policy.money import fees
from app.policy.stages.pricing import job_of
from app.policy.tickets.ticket import status_after
from app.policy.tickets.ticket_clocks import stopped, with_status
from app.policy.verbs.drawing import settle_included
from app.policy.verbs.step import (
    Result,
    Step,
    again,
    exact_amount,
    lacking,
    refused,
    same,
    whole_minutes,
)

_OF_MONEY = (WorkGate.AWAITING_CONSENT, WorkGate.AWAITING_PAYMENT)
_REASON_OF_GATE = {
    WorkGate.AWAITING_STAFF_DECISION: "staff_decision_required",
    WorkGate.AWAITING_PAYMENT: "payment_required",
    WorkGate.AWAITING_CONSENT: "consent_required",
    WorkGate.AWAITING_AVAILABILITY: "not_available",
    WorkGate.SCHEDULED: "not_available",
    WorkGate.CLOSED: "refused_at_discretion",
}


def quote(step: Step) -> Result:
    """Staff put a price, or the tariff's own for an estimate; the customer is told in the ticket."""
    d = step.d
    amount, minutes = exact_amount(step), whole_minutes(step, "minutes")
    if amount is None and step.payload.get("amount") is not None:
        return lacking(step, "amount")
    if amount is not None and _bound(step, amount):
        return refused(step, "consent_required")
    money = step.ticket.money.model_copy(
        update={
            "quoted": amount,
            "quoted_minutes": minutes if minutes is not None else step.ticket.money.quoted_minutes,
            "consented": None,
            "declined": False,
            "lapsed": False,
            "settled": False,
            "waived": False,
        }
    )
    d.emit("notify", to="customer", of="quote", channel=_ticket_channel(step))
    clocks = stopped(step.policy, step.ticket.clocks, ANSWERS, step.at)
    return again(step, step.ticket.changed(money=money, clocks=clocks).answered(step.at))


def _bound(step: Step, amount: Decimal) -> bool:
    """A price that was an indication until paid holds once it is, as long as the work keeps within it."""
    tariff, fee, ticket = step.tariff, step.ticket.decision.fee, step.ticket
    if tariff is None or tariff.indicative != "until_paid" or fee is None or fee.amount is None:
        return False
    within = ticket.money.paid >= fee.amount > 0 and ticket.decision.work_gate is WorkGate.OPEN
    if within and amount > fee.amount:
        step.d.stage = "fee"
        step.d.cite(tariff, "what was paid binds")
        return True
    return False


def _ticket_channel(step: Step) -> str:
    return "ticket" if step.ticket.id else str(step.ticket.request.channel)


def consent(step: Step) -> Result:
    """Agreed to the price as it stands; to one that was declined before, as it stood then."""
    d, ticket = step.d, step.ticket
    if ticket.money.declined:
        _, ticket = again(step, ticket.changed(money=ticket.money.model_copy(update={"declined": False})))
    fee = ticket.decision.fee
    if fee is None or fee.amount is None:
        return refused(step, "consent_required")
    if fee.consent_form is not None and not formal_enough(_form(step), fee.consent_form):
        if step.tariff is not None:
            d.stage = "fee"
            d.cite(step.tariff, f"consent by {fee.consent_form}")
        return lacking(step, fee.consent_form, "consent_required")
    money = ticket.money.model_copy(update={"consented": fee.amount, "declined": False, "lapsed": False})
    lasts = "account" if step.tariff is not None and step.tariff.consent_lasts == "account" else None
    said = {"by": step.transition.by.named, "at": step.at, "amount": fee.amount, "currency": fee.currency}
    d.emit("record", of="consent", **said, lasts=lasts, rule=fee.rule if lasts else None)
    return again(step, ticket.changed(money=money))


FORMS = ("reply", "click", "signature")
"""Ways to agree, the least formal first."""


def _form(step: Step) -> str:
    """Whoever is signed in has clicked; whoever wrote has replied."""
    return str(step.payload.get("form") or ("click" if step.transition.by.user else "reply"))


def formal_enough(given: str, wanted: str) -> bool:
    return given in FORMS and FORMS.index(given) >= FORMS.index(wanted)


def decline(step: Step) -> Result:
    money = step.ticket.money.model_copy(update={"declined": True, "consented": None})
    return again(step, step.ticket.changed(money=money))


def pay(step: Step) -> Result:
    """Money has arrived; another currency is refused, more or less than asked is on record."""
    d = step.d
    amount = exact_amount(step)
    if amount is None:
        return lacking(step, "amount")
    unit = step.currency
    if step.payload.get("currency", unit) != unit:
        if step.tariff is not None:
            d.stage = "fee"
            d.cite(step.tariff, "another currency")
        return refused(step, "payment_required")
    paid = step.ticket.money.paid + rounded(amount, unit)
    money = step.ticket.money.model_copy(update={"paid": paid, "declined": False, "lapsed": False})
    d.emit("record", of="payment", amount=amount, currency=unit)
    if step.ticket.merged_into is not None or step.ticket.turn.rejected:  # it is on record, and opens nothing here
        decision = step.ticket.decision.changed(effects=())
        return decision, step.ticket.changed(money=money, decision=decision)
    return again(step, step.ticket.changed(money=money))


def waive(step: Step) -> Result:
    d = step.d
    money, unit = step.ticket.money, step.currency
    if money.paid > 0:
        d.emit("refund", amount=rounded(money.paid, unit), currency=unit)
    d.emit("record", of="waiver", reason=step.payload.get("reason"))
    waived = money.model_copy(update={"waived": True, "declined": False, "paid": Decimal(0)})
    return again(step, step.ticket.changed(money=waived))


def start_work(step: Step) -> Result:
    d = step.d
    refused = _gate_refusal(step)
    if refused is not None:
        return refused
    tariff = step.tariff
    if tariff is not None:
        d.stage = "fee"
        d.cite(tariff, "work may start")
    return same(step, step.ticket.changed(work_started_at=step.ticket.work_started_at or step.at))


def _gate_refusal(step: Step) -> Result | None:
    """Refused while the work gate is closed, with the clauses that keep it so."""
    gate = step.ticket.decision.work_gate
    if gate is WorkGate.OPEN and not step.ticket.held:
        return None
    if gate is WorkGate.SCHEDULED and _in_window(step):
        return None
    return _kept_by_gate(step)


def _kept_by_gate(step: Step) -> Result:
    d, gate, tariff = step.d, step.ticket.decision.work_gate, step.tariff
    d.stage = "fee"
    if tariff is not None:
        d.cite(tariff, f"work_gate={gate}")
    before = [c.clause for c in step.ticket.decision.citations if c.stage in ("fee", "coverage")]
    d.cite_clauses(before, f"work_gate={gate}")
    prepaid = tariff is not None and tariff.payment.timing == "prepay"
    reason = _REASON_OF_GATE.get(gate, "payment_required" if prepaid else "consent_required")
    return refused(step, step.ticket.decision.reason if step.ticket.held else reason)


def _in_window(step: Step) -> bool:
    window = step.ticket.decision.schedule
    return (
        window is not None
        and window.from_ is not None
        and window.from_ <= step.at
        and (window.until is None or step.at < window.until)
    )


def record_work(step: Step) -> Result:
    refused = _gate_refusal(step)
    if refused is not None:
        return refused
    worked = step.ticket.money.minutes_used + (whole_minutes(step, "minutes") or 0)
    money = step.ticket.money.model_copy(update={"minutes_used": worked})
    return again(step, step.ticket.changed(money=money, work_started_at=step.ticket.work_started_at or step.at))


def settle(step: Step) -> Result:
    """The job is done: what it took, never above what was agreed where the terms are capped."""
    d = step.d
    if step.ticket.turn.unagreed:
        return _kept_by_gate(step)
    minutes = whole_minutes(step, "minutes")
    tariff, fee = step.tariff, step.ticket.decision.fee
    if fee is not None and fee.allowance is not None:
        return settle_included(step, minutes if minutes is not None else step.ticket.money.minutes_used)
    if tariff is None or fee is None or fee.rule is None:
        return same(step, step.ticket)
    unit, money = step.currency, step.ticket.money
    d.stage = "fee"
    d.cite(tariff, "settled")
    priced = fees.price(tariff, fee.rule, job_of(d, tariff, minutes if minutes is not None else money.minutes_used))
    agreed = money.consented if money.consented is not None else money.quoted
    cap = agreed if agreed is not None else fee.amount
    beside = tuple(line for line in fee.lines if line.rule != fee.rule)
    lines = (*priced.lines, *beside) if priced.amount is not None else fee.lines
    amount = fees.total(lines) if priced.amount is not None else fee.amount
    capped = tariff.terms == "capped" and cap is not None and amount is not None and amount > cap
    if capped and cap is not None:
        amount, lines = cap, fees.up_to(fee.lines, tariff, fee.rule, cap, d.language)
    settled = _settled_fee(fee, tariff, amount, priced.blocks, capped=capped, paid=money.paid)
    settled = settled.changed(lines=lines)
    timing = tariff.payment.timing
    if amount is not None and timing != "none":
        d.emit("charge", amount=amount, currency=unit, timing=timing)
        if money.paid > amount:
            d.emit("refund", amount=money.paid - amount, currency=unit)
    decision = step.ticket.decision.changed(fee=settled, outcome=Outcome.ACCEPTED, reason=None)
    if decision.work_gate in _OF_MONEY:
        owing = timing == "prepay" and (settled.balance or Decimal(0)) > 0
        decision = decision.changed(work_gate=WorkGate.AWAITING_PAYMENT if owing else WorkGate.OPEN)
    done = step.ticket.changed(decision=decision, money=money.model_copy(update={"settled": True}))
    status = status_after(decision)
    if done.open and status is not done.status and done.status is not TicketStatus.WAITING_CUSTOMER:
        done = done.changed(status=status, clocks=with_status(step.policy, done.clocks, status, step.at))
    return decision.changed(effects=()), done


def _settled_fee(
    fee: FeeDecision, tariff: Fee, amount: Decimal | None, blocks: int | None, *, capped: bool, paid: Decimal
) -> FeeDecision:
    if capped and fee.blocks is not None:
        blocks = fee.blocks
    left = max(amount - paid, Decimal(0)) if amount is not None else None
    return fee.changed(amount=amount, blocks=blocks, balance=left, indicative=False, terms=tariff.terms)
