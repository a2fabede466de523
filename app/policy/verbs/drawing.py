"""Settling work of which something is included: its real length is drawn, and the rest is charged."""

from decimal import Decimal

from app.base.vocabulary import Outcome
from app.policy.money import fees
from app.policy.stages.included import holder_of
from app.policy.verbs.step import Result, Step, again


def settle_included(step: Step, minutes: int) -> Result:
    """What the job took is drawn from the allowances; the ledger is the account's, and hears of it by the effects."""
    d, ticket = step.d, step.ticket
    request = ticket.request.model_copy(update={"estimated_minutes": minutes})
    money = ticket.money.model_copy(update={"quoted_minutes": None})
    decision, after = again(step, ticket.changed(request=request, money=money))
    fee = decision.fee
    if fee is None or fee.allowance is None:
        return decision, after
    d.stage = "fee"
    for taken in fee.allowance.all:
        allowance = step.policy.document.allowances[taken.allowance]
        holder = holder_of(d, allowance)
        d.cite(allowance, "drawn")
        if taken.drawn:
            number = holder.number if holder is not None else None
            d.emit("draw", allowance=taken.allowance, amount=taken.drawn, unit=taken.unit, account=number, at=step.at)
    tariff = step.policy.fee(fee.rule) if fee.rule in step.policy.document.fees and fee.rule is not None else None
    amount = fee.amount
    if amount is not None and money.consented is not None and fee.terms == "capped":
        amount = min(amount, money.consented)
    if amount is not None and tariff is not None and tariff.payment.timing != "none":
        d.cite(tariff, "settled")
        if amount:
            d.emit("charge", amount=amount, currency=fee.currency, timing=tariff.payment.timing)
        if money.paid > amount:
            d.emit("refund", amount=money.paid - amount, currency=fee.currency)
        lines = fees.up_to(fee.lines, tariff, fee.rule, amount, d.language) if fee.rule is not None else fee.lines
        if lines != fee.lines:
            lines = (*(line for line in fee.lines if line.rule in step.policy.document.allowances), *lines)
        left = max(amount - money.paid, Decimal(0))
        fee = fee.changed(amount=amount, lines=lines, balance=left)
    decision = decision.changed(fee=fee, outcome=Outcome.ACCEPTED, reason=None, effects=())
    settled = after.money.model_copy(update={"settled": True, "minutes_used": minutes})
    return decision, after.changed(decision=decision, money=settled)
