"""What work costs: tariffs over minutes, exact decimals, rounded once at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.base.money import rounded
from app.base.vocabulary import FeeKind
from app.policy.decision import FeeLine
from app.policy.document import Fee
from app.policy.model import words

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Price:
    """The result of a tariff; `amount` is None where the price is not known yet."""

    amount: Decimal | None
    kind: str
    blocks: int | None = None
    lines: tuple[FeeLine, ...] = ()


def minutes_of(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration // _MINUTE)


def hourly_rate(fee: Fee, currency: str) -> Decimal | None:
    """The tariff's price of one hour."""
    amount = amount_in(fee, currency)
    if amount is None or fee.per is None:
        return None
    return rounded(amount * Decimal(_HOUR // _MINUTE) / Decimal(int(fee.per / _MINUTE)), currency)


def amount_in(fee: Fee, currency: str) -> Decimal | None:
    return fee.amounts.get(currency, fee.amount)


def billed_minutes(fee: Fee, minutes: int) -> tuple[int, int | None]:
    """Minutes that count - grace, minimum and blocks applied - and the number of blocks."""
    grace = minutes_of(fee.grace) or 0
    worked = 0 if 0 < minutes <= grace else minutes
    counted = max(worked, minutes_of(fee.minimum) or 0) if worked or not grace else 0
    block = minutes_of(fee.block)
    if not block:
        return counted, None
    blocks = -(-counted // block)
    return blocks * block, blocks


def price(fee: Fee, slug: str, currency: str, minutes: int | None, facts: Mapping[str, Any], language: str) -> Price:
    """The price of a job of so many minutes, or of none told yet."""
    amount = amount_in(fee, currency)
    text = words(fee.name, language, language) or slug.replace("_", " ")
    match fee.kind:
        case FeeKind.FIXED if amount is not None:
            found = Price(amount, fee.kind, lines=(_line(fee, slug, text, amount, amount, None),))
        case FeeKind.HOURLY if amount is not None and minutes is not None and fee.per is not None:
            found = _hourly(fee, slug, text, amount, minutes)
        case FeeKind.FLAT_UNTIL:
            found = _flat_until(fee, slug, text, amount, minutes)
        case "steps":
            found = _steps(fee, slug, text, minutes)
        case _:
            found = Price(None, fee.kind)
    return _settled(fee, slug, currency, found, facts, language)


def _hourly(fee: Fee, slug: str, text: str, amount: Decimal, minutes: int) -> Price:
    assert fee.per is not None
    counted, blocks = billed_minutes(fee, minutes)
    total = amount * Decimal(counted) / Decimal(int(fee.per / _MINUTE))
    return Price(total, fee.kind, blocks, (_line(fee, slug, text, amount, total, counted),))


def _flat_until(fee: Fee, slug: str, text: str, amount: Decimal | None, minutes: int | None) -> Price:
    limit = minutes_of(fee.threshold)
    if amount is None or minutes is None or limit is None:
        return Price(None, FeeKind.QUOTE if minutes is not None else fee.kind)
    if minutes > limit or (minutes == limit and not fee.threshold_inclusive):
        return Price(None, FeeKind.QUOTE)
    return Price(amount, fee.kind, lines=(_line(fee, slug, text, amount, amount, minutes),))


def _steps(fee: Fee, slug: str, text: str, minutes: int | None) -> Price:
    """The first step that reaches; above the last, its price and then so much per started span."""
    if minutes is None:
        return Price(None, fee.kind)
    worked, _ = billed_minutes(fee, minutes)
    total, reached = Decimal(0), 0
    for step in fee.steps:
        limit = minutes_of(step.up_to)
        if step.per is None:
            total = step.amount
            if limit is not None and worked <= limit:
                break
        else:
            spans = -(-max(0, min(worked, limit or worked) - reached) // int(step.per / _MINUTE))
            total += step.amount * spans
            if limit is not None and worked <= limit:
                break
        reached = limit or reached
    return Price(total, fee.kind, lines=(_line(fee, slug, text, total, total, worked),))


def _settled(fee: Fee, slug: str, currency: str, found: Price, facts: Mapping[str, Any], language: str) -> Price:
    """Add the parts, round each line, and let the total be the sum of the lines."""
    lines = list(found.lines)
    for part in fee.parts:
        count = facts.get(part.count) if part.count else 1
        quantity = Decimal(count) if isinstance(count, int | Decimal) else Decimal(0)
        text = words(part.text, language, language)
        lines.append(
            FeeLine(
                rule=slug,
                text=text,
                quantity=str(quantity),
                unit_price=part.amount,
                amount=part.amount * quantity,
                clauses=part.clauses or fee.clauses,
            )
        )
    if found.amount is None:
        return found
    whole = tuple(line.model_copy(update={"amount": rounded(line.amount, currency)}) for line in lines)
    return Price(sum((line.amount for line in whole), Decimal(0)), found.kind, found.blocks, whole)


def _line(fee: Fee, slug: str, text: str, unit: Decimal, amount: Decimal, minutes: int | None) -> FeeLine:
    # Not yet rounded, so not yet an amount: that is done once, when the lines are added up.
    return FeeLine.model_construct(
        rule=slug, text=text, minutes=minutes, unit_price=unit, amount=amount, clauses=fee.clauses
    )


def paid_minutes(fee: Fee, currency: str, amount: Decimal) -> int | None:
    """How many minutes an amount buys; None where the tariff does not go by time."""
    unit = amount_in(fee, currency)
    if fee.kind == FeeKind.HOURLY and unit and fee.per is not None:
        return int(amount * Decimal(int(fee.per / _MINUTE)) / unit)
    if fee.kind == FeeKind.FLAT_UNTIL:
        return minutes_of(fee.threshold)
    return None
