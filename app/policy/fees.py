"""What work costs: tariffs over minutes, exact decimals, rounded once at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.base.money import rounded
from app.base.vocabulary import FeeKind
from app.policy.calendars import Calendar
from app.policy.decision import FeeLine
from app.policy.document import Band, Fee
from app.policy.model import words

MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """The work to be priced. `minutes` is None while nobody has estimated it; bands go by when it is done."""

    minutes: int | None
    start: datetime
    currency: str
    language: str
    facts: Mapping[str, Any]
    calendar: Callable[[str], Calendar]
    end: datetime | None = None

    def lasting(self, minutes: int | None) -> "Job":
        return replace(self, minutes=minutes, end=None)


@dataclass(frozen=True, slots=True)
class Price:
    """The result of a tariff; `amount` is None where the price is not known yet."""

    amount: Decimal | None
    kind: str
    blocks: int | None = None
    lines: tuple[FeeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A part of a price before it is rounded."""

    text: str
    unit: Decimal
    amount: Decimal
    minutes: int | None = None
    quantity: str = "1"
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
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
    return fee.amounts.get(currency, fee.amount)


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
    text = words(fee.name, job.language, job.language) or slug.replace("_", " ")
    amount = amount_in(fee, job.currency)
    found = _by_kind(fee, text, amount, job)
    if found.lines is None:
        return Price(None, found.kind)
    lines = tuple(
        FeeLine(
            rule=slug,
            text=line.text,
            minutes=line.minutes,
            quantity=line.quantity,
            unit_price=line.unit,
            amount=rounded(line.amount, job.currency),
            clauses=line.clauses or fee.clauses,
        )
        for line in (*found.lines, *_parts(fee, job))
    )
    return Price(sum((line.amount for line in lines), Decimal(0)), found.kind, found.blocks, lines)


def _by_kind(fee: Fee, text: str, amount: Decimal | None, job: Job) -> _Found:
    match fee.kind:
        case FeeKind.FIXED if amount is not None:
            return _Found(fee.kind, (_Line(text, amount, amount),))
        case FeeKind.HOURLY if amount is not None and job.minutes is not None and fee.per is not None:
            return _banded(fee, text, amount, job) if fee.bands else _hourly(fee, text, amount, job.minutes)
        case FeeKind.FLAT_UNTIL:
            return _flat_until(fee, text, amount, job.minutes)
        case "steps" if job.minutes is not None:
            return _steps(fee, text, job.minutes)
        case _:
            return _Found(fee.kind, None)


def _hourly(fee: Fee, text: str, amount: Decimal, minutes: int) -> _Found:
    counted, blocks = billed_minutes(fee, minutes)
    return _Found(fee.kind, (_Line(text, amount, amount * counted / _per(fee), counted),), blocks)


def _flat_until(fee: Fee, text: str, amount: Decimal | None, minutes: int | None) -> _Found:
    limit = minutes_of(fee.threshold)
    if amount is None or minutes is None or limit is None:
        return _Found(FeeKind.QUOTE if minutes is not None else fee.kind, None)
    if minutes > limit or (minutes == limit and not fee.threshold_inclusive):
        return _Found(FeeKind.QUOTE, None)
    return _Found(fee.kind, (_Line(text, amount, amount, minutes),))


def _steps(fee: Fee, text: str, minutes: int) -> _Found:
    """The first step that reaches; a step with `per` adds so much for each started span beyond the one before."""
    worked, _ = billed_minutes(fee, minutes)
    total, reached = Decimal(0), 0
    for step in fee.steps:
        limit = minutes_of(step.up_to)
        if step.per is None:
            total = step.amount
        else:
            beyond = min(worked, limit if limit is not None else worked) - reached
            total += step.amount * -(-max(0, beyond) // int(step.per / MINUTE))
        if limit is None or worked <= limit:
            break
        reached = limit
    return _Found(fee.kind, (_Line(text, total, total, worked),))


# ── another price at other times ─────────────────────────────────────────────
def _banded(fee: Fee, text: str, amount: Decimal, job: Job) -> _Found:
    """The job divided by the bands in whose hours it falls; what falls in none has the tariff's own price."""
    assert job.minutes is not None
    counted = job.minutes if fee.minimum_span == "band" else billed_minutes(fee, job.minutes)[0]
    end = job.end or job.start + counted * MINUTE
    shares = [(band, _minutes_in(job.calendar(band.calendar), job.start, end)) for band in fee.bands]
    outside = max(0, counted - sum(minutes for _, minutes in shares))
    lines = [_in_band(fee, text, band, _unit(band, amount), minutes) for band, minutes in shares if minutes]
    if outside or not lines:
        minutes = billed_minutes(fee, outside)[0] if fee.minimum_span == "band" else outside
        lines.append(_Line(text, amount, amount * minutes / _per(fee), minutes))
    return _Found(fee.kind, tuple(lines))


def _minutes_in(calendar: Calendar, start: datetime, end: datetime) -> int:
    return int(calendar.elapsed(start, end) // MINUTE)


def _unit(band: Band, amount: Decimal) -> Decimal:
    if band.amount is not None:
        return band.amount
    return amount * (band.times if band.times is not None else Decimal(1))


def _in_band(fee: Fee, text: str, band: Band, unit: Decimal, minutes: int) -> _Line:
    if fee.minimum_span == "band" or band.minimum or band.block:
        own = {"minimum": band.minimum or fee.minimum, "block": band.block or fee.block}
        minutes = billed_minutes(fee.model_copy(update=own), minutes)[0]
    label = f"{text} ({band.calendar.replace('_', ' ')})"
    return _Line(label, unit, unit * minutes / _per(fee), minutes, clauses=band.clauses)


def _parts(fee: Fee, job: Job) -> Sequence[_Line]:
    """Call-out, items, miles: what is added to the price of the time."""
    lines = []
    for part in fee.parts:
        count = job.facts.get(part.count) if part.count else 1
        known = isinstance(count, int | Decimal) and not isinstance(count, bool)
        quantity = Decimal(str(count)) if known else Decimal(0)
        text = words(part.text, job.language, job.language)
        lines.append(
            _Line(text, part.amount, part.amount * quantity, quantity=format(quantity, "f"), clauses=part.clauses)
        )
    return lines


def paid_minutes(fee: Fee, currency: str, amount: Decimal) -> int | None:
    """How many minutes an amount buys; None where the tariff does not go by time."""
    unit = amount_in(fee, currency)
    if fee.kind == FeeKind.HOURLY and unit and fee.per is not None:
        bought = int(amount * _per(fee) / unit)
        following = unit * Decimal(bought + 1) / _per(fee)
        return bought + (rounded(following, currency) <= amount)  # a price rounded down buys its last minute whole
    if fee.kind == FeeKind.FLAT_UNTIL:
        return minutes_of(fee.threshold)
    return None
