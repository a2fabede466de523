"""What work costs: tariffs over minutes, exact decimals, rounded once at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.base.money import rounded, to_the_point
from app.base.vocabulary import FeeKind
from app.policy.decision import FeeLine
from app.policy.language.model import words
from app.policy.language.prices import Band, Fee, Part, Step
from app.policy.money.bands import MINUTE, band_at, shares
from app.policy.time.calendars import Calendar

_HOUR = timedelta(hours=1)
_BEYOND_REASON = Decimal(10**9)
"""A part that comes to so much, or to less than nothing, was miscounted."""


@dataclass(slots=True)
class Job:
    """The work to be priced. `minutes` is None while nobody has estimated it; bands go by when it is done.

    Nobody changes one.
    """

    minutes: int | None
    start: datetime
    currency: str
    language: str
    facts: Mapping[str, Any]
    calendar: Callable[[str], Calendar]


@dataclass(slots=True)
class Price:
    """The result of a tariff; `amount` is None where the price is not known yet. Nobody changes one."""

    amount: Decimal | None
    kind: str
    blocks: int | None = None
    lines: tuple[FeeLine, ...] = ()


@dataclass(slots=True)
class _Line:
    """A part of a price before it is rounded. Nobody changes one."""

    text: str
    unit: Decimal
    amount: Decimal
    minutes: int | None = None
    quantity: str = "1"
    clauses: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """Nobody changes one."""

    kind: str
    lines: tuple[_Line, ...] | None
    blocks: int | None = None


def minutes_of(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration // MINUTE)


def hourly_rate(fee: Fee, currency: str) -> Decimal | None:
    """The tariff's price of one hour."""
    amount = amount_in(fee, currency)
    if amount is None or fee.per is None:
        return None
    return rounded(amount * Decimal(_HOUR // MINUTE) / _per(fee), currency)


def amount_in(fee: Fee, currency: str) -> Decimal | None:
    """The tariff's own price in a currency; None where it has none."""
    return _in(fee, currency, fee.currency)


def _in(priced: Fee | Band | Step | Part, currency: str, own: str | None) -> Decimal | None:
    return priced.amounts.get(currency, priced.amount if own in (None, currency) else None)


def is_priced_in(fee: Fee, currency: str) -> bool:
    """Whether everything that the tariff has a price for has one in this currency."""
    priced: tuple[Fee | Band | Step | Part, ...] = (fee, *fee.parts, *fee.steps, *fee.bands)
    stated = [each for each in priced if each.amount is not None or each.amounts]
    return bool(stated) and all(_in(each, currency, fee.currency) is not None for each in stated)


def _per(fee: Fee) -> Decimal:
    assert fee.per is not None
    return Decimal(int(fee.per / MINUTE))


def billed_minutes(fee: Fee, minutes: int) -> tuple[int, int | None]:
    """Minutes that count - grace, minimum and blocks applied - and the number of blocks."""
    grace = minutes_of(fee.grace) or 0
    if grace and minutes <= grace:
        return 0, 0 if fee.block else None
    counted = max(minutes, minutes_of(fee.minimum) or 0)
    block = minutes_of(fee.block)
    if not block:
        return counted, None
    blocks = -(-counted // block)
    return blocks * block, blocks


def price(fee: Fee, slug: str, job: Job) -> Price:
    """The price of a job, as lines whose sum it is."""
    text = _name(fee, slug, job.language)
    amount = amount_in(fee, job.currency)
    found, parts = _by_kind(fee, text, amount, job), _parts(fee, job)
    if found.lines is None or parts is None:
        return Price(None, found.kind)
    lines = tuple(
        FeeLine(
            rule=slug,
            text=line.text,
            minutes=line.minutes,
            quantity=line.quantity,
            unit_price=to_the_point(line.unit, job.currency),
            amount=rounded(line.amount, job.currency),
            clauses=line.clauses or fee.clauses,
        )
        for line in (*found.lines, *parts)
    )
    return Price(total(lines), found.kind, found.blocks, lines)


def one_line(fee: Fee, slug: str, amount: Decimal, language: str, minutes: int | None = None) -> FeeLine:
    """The line of a price that no tariff divides: one that staff have put, or that was agreed to be the most."""
    text = _name(fee, slug, language)
    return FeeLine(rule=slug, text=text, minutes=minutes, unit_price=amount, amount=amount, clauses=fee.clauses)


def up_to(lines: Sequence[FeeLine], fee: Fee, slug: str, most: Decimal, language: str) -> tuple[FeeLine, ...]:
    """The lines of what was agreed to, where that is what is charged; else one of so much."""
    return tuple(lines) if total(lines) == most else (one_line(fee, slug, most, language),)


def _name(fee: Fee, slug: str, language: str) -> str:
    return words(fee.name, language, language) or slug.replace("_", " ")


def total(lines: Iterable[FeeLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _by_kind(fee: Fee, text: str, amount: Decimal | None, job: Job) -> _Found:
    match fee.kind:
        case FeeKind.FIXED if amount is not None:
            return _Found(fee.kind, (_fixed(fee, text, amount, job),))
        case FeeKind.FIXED if fee.parts:
            return _Found(fee.kind, ())
        case FeeKind.HOURLY if job.minutes is not None and fee.per is not None:
            by_time = _banded if fee.bands else _hourly
            return by_time(fee, text, amount, job, job.minutes)
        case FeeKind.FLAT_UNTIL:
            return _flat_until(fee, text, amount, job.minutes)
        case "steps" if job.minutes is not None:
            return _steps(fee, text, job, job.minutes)
        case _:
            return _Found(fee.kind, None)


def _fixed(fee: Fee, text: str, amount: Decimal, job: Job) -> _Line:
    """What is paid once goes by the band in which the work begins."""
    band = band_at(fee.bands, job.start, job.calendar) if fee.bands else None
    unit = _unit(fee, band, amount, job.currency)
    if band is None or unit is None:
        return _Line(text, amount, amount)
    return _Line(_label(text, band, job), unit, unit, clauses=band.clauses)


def _hourly(fee: Fee, text: str, amount: Decimal | None, _: Job, minutes: int) -> _Found:
    if amount is None:
        return _Found(fee.kind, None)
    counted, blocks = billed_minutes(fee, minutes)
    return _Found(fee.kind, (_Line(text, amount, amount * counted / _per(fee), counted),), blocks)


def _flat_until(fee: Fee, text: str, amount: Decimal | None, minutes: int | None) -> _Found:
    limit = minutes_of(fee.threshold)
    if amount is None or minutes is None or limit is None:
        return _Found(FeeKind.QUOTE if minutes is not None else fee.kind, None)
    if minutes > limit or (minutes == limit and not fee.threshold_inclusive):
        return _Found(FeeKind.QUOTE, None)
    return _Found(fee.kind, (_Line(text, amount, amount, minutes),))


def _steps(fee: Fee, text: str, job: Job, minutes: int) -> _Found:
    """The first step that reaches; a step with `per` adds so much for each started span beyond the one before."""
    worked, _ = billed_minutes(fee, minutes)
    if not worked:
        return _Found(fee.kind, (_Line(text, Decimal(0), Decimal(0), 0),))
    total, reached = Decimal(0), 0
    for step in fee.steps:
        limit, amount = minutes_of(step.up_to), _in(step, job.currency, fee.currency)
        if amount is None:
            return _Found(fee.kind, None)
        if step.per is None:
            total = amount
        else:
            beyond = min(worked, limit if limit is not None else worked) - reached
            total += amount * -(-max(0, beyond) // int(step.per / MINUTE))
        if limit is None or worked <= limit:
            return _Found(fee.kind, (_Line(text, total, total, worked),))
        reached = limit
    return _Found(FeeKind.QUOTE, None)  # longer than any step says


# ── another price at other times ─────────────────────────────────────────────
def _banded(fee: Fee, text: str, amount: Decimal | None, job: Job, minutes: int) -> _Found:
    """The job laid out from its start and divided by the bands; what falls in none has the tariff's own price."""
    counted = billed_minutes(fee, minutes)[0]
    if counted and fee.minimum_span == "band":
        counted = minutes
    lines = []
    for band, share in shares(fee.bands, job.start, counted, job.calendar):
        unit = _unit(fee, band, amount, job.currency)
        if unit is None:
            return _Found(fee.kind, None)
        billed = _billed_in(fee, band, share)
        label, clauses = (text, ()) if band is None else (_label(text, band, job), band.clauses)
        lines.append(_Line(label, unit, unit * billed / _per(fee), billed, clauses=clauses))
    return _Found(fee.kind, tuple(lines) or (_Line(text, amount or Decimal(0), Decimal(0), 0),))


def _unit(fee: Fee, band: Band | None, amount: Decimal | None, currency: str) -> Decimal | None:
    if band is None:
        return amount
    own = _in(band, currency, fee.currency)
    if own is not None or amount is None:
        return own
    return amount * (band.times if band.times is not None else Decimal(1))


def _billed_in(fee: Fee, band: Band | None, minutes: int) -> int:
    """A band's own minimum and block; those of the tariff where they count for each part of the job."""
    by_band = fee.minimum_span == "band"
    own = {
        "grace": None,
        "minimum": (band.minimum if band else None) or (fee.minimum if by_band else None),
        "block": (band.block if band else None) or (fee.block if by_band else None),
    }
    return billed_minutes(fee.model_copy(update=own), minutes)[0]


def _label(text: str, band: Band, job: Job) -> str:
    return f"{text} ({words(band.name, job.language, job.language) or band.calendar.replace('_', ' ')})"


def _parts(fee: Fee, job: Job) -> Sequence[_Line] | None:
    """Call-out, items, miles: what is added to the price of the time; None while nobody has counted them."""
    lines = []
    for part in fee.parts:
        count = job.facts.get(part.count) if part.count else 1
        amount = _in(part, job.currency, fee.currency)
        if not isinstance(count, int | Decimal) or isinstance(count, bool) or amount is None:
            return None
        quantity = Decimal(count)
        if not 0 <= amount * quantity < _BEYOND_REASON:
            return None
        text = words(part.text, job.language, job.language)
        lines.append(_Line(text, amount, amount * quantity, quantity=format(quantity, "f"), clauses=part.clauses))
    return lines


def paid_minutes(fee: Fee, currency: str, amount: Decimal) -> int | None:
    """How many minutes an amount buys; None where the tariff does not go by time alone."""
    unit = amount_in(fee, currency)
    if fee.kind == FeeKind.HOURLY and unit and not fee.bands and fee.per is not None:
        bought = int(amount * _per(fee) / unit)
        following = unit * Decimal(bought + 1) / _per(fee)
        return bought + (rounded(following, currency) <= amount)  # a price rounded down buys its last minute whole
    if fee.kind == FeeKind.FLAT_UNTIL:
        return minutes_of(fee.threshold)
    return None
