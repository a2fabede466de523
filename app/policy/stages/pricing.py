"""What the work in question costs by a tariff: in which currency, for which time, done when."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.base.money import rounded
from app.policy.language.prices import Fee
from app.policy.money import fees
from app.policy.money.bands import MINUTE
from app.policy.money.fees import Job, Price
from app.policy.stages.deliberation import Deliberation


def currency(d: Deliberation, tariff: Fee | None = None) -> str:
    """The customer's currency where the tariff (or, without one, anything) has a price in it, else its own."""
    own = d.policy.document.currency
    wanted = d.values.get("currency") or own
    if tariff is None:
        return wanted if wanted in d.policy.currencies else own
    usual = tariff.currency or own
    return wanted if wanted == usual or fees.is_priced_in(tariff, wanted) else usual


def in_money(amount: Decimal, d: Deliberation) -> Decimal:
    return rounded(amount, currency(d))


def minutes_in_question(d: Deliberation) -> int | None:
    """What staff have quoted for, else the estimate; of a job that is partly included, what is left of it."""
    left, quoted = d.left_to_charge, d.situation.money.quoted_minutes
    if left is not None and left.minutes is not None:
        return left.minutes
    return quoted if quoted is not None else d.request.estimated_minutes


def job_of(d: Deliberation, tariff: Fee, minutes: int | None) -> Job:
    """The work in question; where nobody says when it is done, it starts now. An end alone gives its length."""
    start, end = d.values.get("work.start"), d.values.get("work.end")
    start = start if isinstance(start, datetime) else d.at
    if minutes is None and isinstance(end, datetime) and end > start:
        minutes = -((start - end) // MINUTE)
    if d.left_to_charge is not None and d.left_to_charge.start is not None:
        start = d.left_to_charge.start
    return Job(minutes, start, currency(d, tariff), d.language, d.values, d.calendar)


def priced(d: Deliberation, slug: str, tariff: Fee) -> Price:
    """What staff have put, else what the tariff gives for the work."""
    money, unit = d.situation.money, currency(d, tariff)
    if money.quoted is not None:
        put = rounded(money.quoted, unit)
        return Price(put, tariff.kind, lines=(fees.one_line(tariff, slug, put, d.language, minutes_in_question(d)),))
    found = fees.price(tariff, slug, job_of(d, tariff, minutes_in_question(d)))
    share = d.left_to_charge.share if d.left_to_charge is not None else None
    return found if share is None else _share_of(found, share, unit)


def _share_of(found: Price, share: tuple[Decimal, Decimal], unit: str) -> Price:
    """The share that is not covered of each line."""
    part, whole = share
    if found.amount is None or not whole:
        return found
    lines = tuple(line.changed(amount=rounded(line.amount * part / whole, unit)) for line in found.lines)
    return replace(found, lines=lines, amount=fees.total(lines))


def prepay_minimum(d: Deliberation, slug: str, tariff: Fee, found: Price) -> Decimal | None:
    """What opens the gate: the whole amount, or that of the minimum time."""
    if tariff.payment.portion == "all" or tariff.minimum is None:
        return found.amount
    least = fees.price(tariff, slug, job_of(d, tariff, fees.minutes_of(tariff.minimum)))
    if least.amount is None or found.amount is None:
        return least.amount
    return min(least.amount, found.amount)


def alternatives(d: Deliberation, slug: str, tariff: Fee, found: Price) -> tuple[Decimal, ...]:
    """The amount under the other readings of the rate."""
    if not tariff.alternatives or found.amount is None or d.situation.money.quoted is not None:
        return ()
    job = job_of(d, tariff, minutes_in_question(d))
    others = (tariff.model_copy(update={"amount": other}) for other in tariff.alternatives if other != tariff.amount)
    amounts = (fees.price(other, slug, job).amount for other in others)
    return tuple(a for a in amounts if a is not None)
