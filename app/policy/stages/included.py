"""What an allowance takes over of the work in question, and which part of it is left to be charged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from app.policy.decision import AllowanceDrawn, AllowanceUsed, FeeLine
from app.policy.language.model import words
from app.policy.language.prices import Allowance
from app.policy.language.stating import instant
from app.policy.money import allowances
from app.policy.money.allowances import Drawn, LeftToCharge
from app.policy.money.bands import MINUTE
from app.policy.situation import Account, Drawing
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.pricing import in_money, minutes_in_question, priced

_NOTHING, _LEAST, _WHOLE = Decimal(0), Decimal("0.0001"), (Decimal(1), Decimal(1))


@dataclass(frozen=True, slots=True)
class Included:
    shown: AllowanceDrawn
    left_to_charge: LeftToCharge | None
    """None: it is all included, or may be, as far as anybody knows."""


def include(d: Deliberation, names: Sequence[str], then: str | None) -> Included | None:
    """What the work draws, of one allowance after the other; None where it is eligible for none of them."""
    used: list[AllowanceUsed] = []
    left: LeftToCharge | None = LeftToCharge()
    for name in names:
        allowance = d.policy.document.allowances[name]
        if left is not None and d.policy.condition(allowance.eligible).holds(d.values):
            d.left_to_charge = left
            drawn, left = _draw(d, name, allowance, then)
            used.append(drawn)
    d.left_to_charge = None
    if not used:
        return None
    first = AllowanceDrawn(**vars(used[0]), then=tuple(used[1:]))
    return Included(first, left)


def _draw(
    d: Deliberation, name: str, allowance: Allowance, then: str | None
) -> tuple[AllowanceUsed, LeftToCharge | None]:
    """What is drawn of one for what is left of the job, and what is left then."""
    d.cite(allowance, f"allowance={name}")
    there = _balance(d, name, allowance)
    conditions = [d.policy.condition(c.when) for c in allowance.draw.cost]
    values = {**d.values, "work.start": _start_of_work(d)}
    times = allowances.cost(allowance, lambda i: conditions[i].holds(values))

    def price() -> Decimal | None:
        return priced(d, then, d.policy.fee(then)).amount if then is not None else None

    drawn = allowances.draw(allowance, there, _minutes_left(d), price, times)
    if drawn is None:  # nobody knows yet how long it takes: nothing is left to charge while something is there
        nothing = AllowanceUsed(allowance=name, unit=allowance.unit, drawn=_NOTHING, left=there, rest=_NOTHING)
        return nothing, None if there else d.left_to_charge
    shown = AllowanceUsed(allowance=name, unit=allowance.unit, drawn=drawn.drawn, left=drawn.left, rest=drawn.rest)
    return shown, _left_by(d, allowance, drawn) if drawn.rest else None


def _left_by(d: Deliberation, allowance: Allowance, drawn: Drawn) -> LeftToCharge:
    """The end of what was left of the job, by its minutes; or, priced as a whole, the share that is not covered."""
    before = d.left_to_charge or LeftToCharge()
    if not drawn.drawn:  # one that is used up has no say in how the job is rounded
        return before
    if allowance.unit == "money" or allowance.remainder == "share":
        part, whole = before.share or _WHOLE
        return replace(before, share=(part * drawn.rest, whole * drawn.wanted))
    done = max(0, (_minutes_left(d) or 0) - (drawn.rest_minutes or 0))
    return LeftToCharge(minutes=drawn.rest_minutes, start=_start_of_work(d) + done * MINUTE)


def _minutes_left(d: Deliberation) -> int | None:
    """The length of what is left of the job; of one of which a share is left, the same share of it."""
    minutes, share = minutes_in_question(d), d.left_to_charge.share if d.left_to_charge is not None else None
    if minutes is None or share is None:
        return minutes
    return int((minutes * share[0] / share[1]).to_integral_value(ROUND_CEILING))


def lines(d: Deliberation, drawn: AllowanceDrawn) -> tuple[FeeLine, ...]:
    """What of the work is included, as lines that cost nothing."""
    known, nothing = d.policy.document.allowances, in_money(_NOTHING, d)
    return tuple(
        FeeLine(
            rule=used.allowance,
            text=words(known[used.allowance].name, d.language, d.language) or used.allowance.replace("_", " "),
            quantity=format(used.drawn, "f"),
            unit_price=nothing,
            amount=nothing,
            clauses=known[used.allowance].clauses,
        )
        for used in drawn.all
        if used.drawn
    )


def _start_of_work(d: Deliberation) -> datetime:
    """As it is stated, else now, or when what is left of it begins: prices by the hour of the day go by the same."""
    if d.left_to_charge is not None and d.left_to_charge.start is not None:
        return d.left_to_charge.start
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
