"""What an allowance takes over of the work in question, and which part of it is left to be charged."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from app.policy.decision import AllowanceDrawn
from app.policy.language.prices import Allowance
from app.policy.language.stating import instant
from app.policy.money import allowances
from app.policy.money.allowances import Drawn
from app.policy.money.bands import MINUTE
from app.policy.situation import Account, Drawing
from app.policy.stages.deliberation import Deliberation, LeftToCharge
from app.policy.stages.pricing import minutes_in_question, priced

_NOTHING, _LEAST = Decimal(0), Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Included:
    shown: AllowanceDrawn
    left_to_charge: LeftToCharge | None
    """None: it is all included, or may be, as far as anybody knows."""


def include(d: Deliberation, name: str, then: str | None) -> Included | None:
    """What is drawn of the allowance for this work; None where it is not eligible."""
    allowance = d.policy.document.allowances[name]
    if not d.policy.condition(allowance.eligible).holds(d.values):
        return None
    d.cite(allowance, f"allowance={name}")
    left = _balance(d, name, allowance)
    conditions = [d.policy.condition(c.when) for c in allowance.draw.cost]
    values = {**d.values, "work.start": _start_of_work(d)}
    times = allowances.cost(allowance, lambda i: conditions[i].holds(values))

    def price() -> Decimal | None:
        return priced(d, then, d.policy.fee(then)).amount if then is not None else None

    drawn = allowances.draw(allowance, left, minutes_in_question(d), price, times)
    if drawn is None:  # nobody knows yet how long it takes: nothing is left to charge while something is there
        shown = AllowanceDrawn(allowance=name, unit=allowance.unit, drawn=_NOTHING, left=left, rest=_NOTHING)
        return Included(shown, None if left else LeftToCharge())
    shown = AllowanceDrawn(allowance=name, unit=allowance.unit, drawn=drawn.drawn, left=drawn.left, rest=drawn.rest)
    return Included(shown, _charged(d, allowance, drawn) if drawn.rest else None)


def _charged(d: Deliberation, allowance: Allowance, drawn: Drawn) -> LeftToCharge:
    """The end of the job, by its minutes; or, priced as a whole, the share that is not covered."""
    if allowance.unit == "money" or allowance.remainder == "share":
        return LeftToCharge(share=(drawn.rest, drawn.wanted))
    start, whole = _start_of_work(d), minutes_in_question(d)
    before = max(0, (whole or 0) - (drawn.rest_minutes or 0))
    return LeftToCharge(minutes=drawn.rest_minutes, start=start + before * MINUTE)


def _start_of_work(d: Deliberation) -> datetime:
    """As it is stated, else now: prices by the hour of the day go by the same."""
    start = d.values.get("work.start")
    return start if isinstance(start, datetime) else d.at


def holder_of(d: Deliberation, allowance: Allowance) -> Account | None:
    """Whose allowance it is: the customer's, or that of the reseller whose customer it is."""
    reseller = d.situation.reseller if allowance.scope == "reseller" else None
    return reseller or d.account


@dataclass(frozen=True, slots=True)
class Stock:
    """How much a period grants to whom, what was drawn, and when the first period began."""

    size: Decimal
    drawings: tuple[Drawing, ...]
    since: date | None


def stock(d: Deliberation, name: str, allowance: Allowance) -> Stock:
    holder = holder_of(d, allowance)
    size = allowance.grant.amount
    by_fact = d.values.get(allowance.grant.by_fact) if allowance.grant.by_fact else None
    if isinstance(by_fact, int | Decimal) and not isinstance(by_fact, bool):
        size = max(_NOTHING, Decimal(by_fact))
        kept = size.quantize(_LEAST, rounding=ROUND_DOWN)
        size = size if size == kept else kept
    drawings = tuple(each for each in holder.drawings if each.allowance == name) if holder else ()
    since = holder.since if holder else None
    if allowance.grant.from_fact is not None:
        granted = instant(d.values.get(allowance.grant.from_fact))
        if granted is None:
            return Stock(_NOTHING, drawings, since)
        since = granted.astimezone(ZoneInfo(d.policy.document.tz)).date()
    return Stock(size, drawings, since)


def _balance(d: Deliberation, name: str, allowance: Allowance) -> Decimal:
    found = stock(d, name, allowance)
    return allowances.balance(allowance, found.size, found.drawings, d.at, d.policy.document.tz, found.since)
