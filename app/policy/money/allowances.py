"""Help that is included: how much of it there is at an instant, and what a job draws of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from app.policy.language.prices import Allowance
from app.policy.money.fees import minutes_of
from app.policy.situation import Drawing

_NOTHING = Decimal(0)
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LeftToCharge:
    """The part of the work that allowances do not cover: so many minutes of its end, a share of its price, or both."""

    minutes: int | None = None
    """None: all of the job."""
    start: datetime | None = None
    share: tuple[Decimal, Decimal] | None = None
    """So much of so much."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a job takes from an allowance, in its unit; `rest` is what it does not cover."""

    drawn: Decimal
    left: Decimal
    rest: Decimal
    rest_minutes: int | None = None
    """The part of the job that is charged, where that goes by time."""

    @property
    def wanted(self) -> Decimal:
        return self.drawn + self.rest


@dataclass(slots=True)
class _Lot:
    """What one period grants, and until when it can be drawn."""

    start: datetime
    end: datetime
    left: Decimal


def balance(
    allowance: Allowance, size: Decimal, drawings: Iterable[Drawing], at: datetime, tz: str, since: date | None = None
) -> Decimal:
    """What is there at an instant. Periods begin at local midnight; `since` is when the first one began.

    What expires first is drawn first; what was drawn beyond a balance was paid for, and is owed by nobody.
    """
    past = sorted((d for d in drawings if d.at <= at), key=lambda d: d.at)
    if allowance.per == "rolling":
        begin = at - (allowance.span or timedelta(days=30))
        return max(_NOTHING, size - sum((d.amount for d in past if d.at > begin), _NOTHING))
    lots = _lots(allowance, size, past[0].at if past else at, at, ZoneInfo(tz), since)
    for drawing in past:
        _take(lots, drawing)
    return sum((lot.left for lot in lots if lot.start <= at < lot.end), _NOTHING)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger; `carried` is what of an earlier grant is still there when a new period begins."""

    kind: Literal["granted", "drawn", "carried", "expired"]
    at: datetime | None
    """None: granted with an agreement of which nobody has said when it began."""
    amount: Decimal
    until: datetime | None = None
    """Of a grant: when what is left of it expires."""


def entries(
    allowance: Allowance, size: Decimal, drawings: Iterable[Drawing], at: datetime, tz: str, since: date | None = None
) -> list[Entry]:
    """The ledger up to an instant: what it comes to is `balance`. A rolling one has no grants of its own."""
    past = sorted((d for d in drawings if d.at <= at), key=lambda d: d.at)
    drawn = [Entry("drawn", d.at, d.amount) for d in past]
    if allowance.per == "rolling":
        return drawn
    lots = _lots(allowance, size, past[0].at if past else at, at, ZoneInfo(tz), since)
    granted = [
        Entry("granted", lot.start if lot.start > _EVER else None, size, lot.end if lot.end < _NEVER else None)
        for lot in lots
        if lot.start <= at and size
    ]
    starts = sorted({lot.start for lot in lots if lot.start <= at})
    carried = [
        Entry("carried", start, left)
        for start in starts
        for lot, left in zip(lots, _left_at(lots, past, start), strict=True)
        if lot.start < start < lot.end and left
    ]
    ends = [(lot.end, _left_at(lots, past, lot.end)[n]) for n, lot in enumerate(lots) if lot.end <= at]
    expired = [Entry("expired", end, left) for end, left in ends if left]
    order = ("expired", "carried", "granted", "drawn")
    return sorted([*granted, *drawn, *carried, *expired], key=lambda e: (e.at or _EVER, order.index(e.kind)))


def _left_at(lots: list[_Lot], past: Iterable[Drawing], at: datetime) -> list[Decimal]:
    """What is left of each grant when all that was drawn before an instant has been taken."""
    fresh = [_Lot(lot.start, lot.end, lot.left) for lot in lots]
    for drawing in past:
        if drawing.at < at:
            _take(fresh, drawing)
    return [lot.left for lot in fresh]


def _take(lots: list[_Lot], drawing: Drawing) -> None:
    wanted = drawing.amount
    for lot in lots:
        if lot.start <= drawing.at < lot.end:
            taken = min(lot.left, wanted)
            lot.left, wanted = lot.left - taken, wanted - taken


def _lots(
    allowance: Allowance, size: Decimal, first: datetime, at: datetime, zone: ZoneInfo, since: date | None
) -> list[_Lot]:
    """Every grant up to the instant, those that expire first in front."""
    if allowance.per == "once":
        start = _midnight(since, zone) if since is not None else _EVER
        return [_Lot(start, _end(allowance, start, _NEVER) if since is not None else _NEVER, size)]
    lots = []
    for begin in _periods(allowance, since or first.astimezone(zone).date(), at.astimezone(zone).date()):
        start, following = _midnight(begin, zone), _next_period(begin, allowance.per)
        match allowance.carry:
            case "none":
                end = _midnight(following, zone)
            case "one_period":
                end = _midnight(_next_period(following, allowance.per), zone)
            case "all":
                end = _NEVER
        lots.append(_Lot(start, _end(allowance, start, end), size))
    return lots


def _end(allowance: Allowance, start: datetime, end: datetime) -> datetime:
    return end if allowance.expires is None else min(end, start + allowance.expires)


def _periods(allowance: Allowance, first: date, last: date) -> Iterator[date]:
    begin = first.replace(day=1)
    if allowance.per == "year":
        begin = begin.replace(year=begin.year - (begin.month < allowance.year_from), month=allowance.year_from)
    while begin <= last:
        yield begin
        begin = _next_period(begin, allowance.per)


def _next_period(begin: date, per: str) -> date:
    if per == "year":
        return begin.replace(year=begin.year + 1)
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def in_turn(known: Mapping[str, Allowance], first: str) -> tuple[tuple[str, ...], str | None]:
    """The allowances that work draws on one after the other, and the fee that they end at; None: they name none."""
    names, following = list[str](), first
    while following in known:
        names.append(following)
        after = known[following].then
        if after is None:
            return tuple(names), None
        following = after
    return tuple(names), following


def draw(
    allowance: Allowance, left: Decimal, minutes: int | None, price: Callable[[], Decimal | None], times: Decimal
) -> Drawn | None:
    """What a job takes: one ticket, its rounded length, credits, or its price. None: its size is not known yet."""
    length = None if minutes is None else _rounded_up(allowance, minutes)
    wanted = _wanted(allowance, length, price, times)
    if wanted is None:
        return None
    drawn = min(left, wanted)
    rest = wanted - drawn
    charged = None if length is None else _charged(allowance, length, drawn, rest, times)
    return Drawn(drawn, left - drawn, rest, charged)


def _charged(allowance: Allowance, length: int, drawn: Decimal, rest: Decimal, times: Decimal) -> int:
    """Minutes that are not covered: what lies behind the spans drawn for, or of a job drawn as a whole its share."""
    if not rest:
        return 0
    span = minutes_of(allowance.draw.per) if allowance.unit in ("credits", "tickets") else None
    uncovered = length * rest / (drawn + rest) if span is None else max(length - drawn / times * span, Decimal(1))
    return int(uncovered.to_integral_value(ROUND_CEILING))


def _wanted(
    allowance: Allowance, length: int | None, price: Callable[[], Decimal | None], times: Decimal
) -> Decimal | None:
    one = minutes_of(allowance.draw.per)
    match allowance.unit:
        case "money":
            return price()
        case "minutes":
            return None if length is None else length * times
        case _ if one is None:
            return times
        case _:
            return None if length is None else -(-length // one) * times


def _rounded_up(allowance: Allowance, minutes: int) -> int:
    counted = max(minutes, minutes_of(allowance.draw.minimum) or 0)
    block = minutes_of(allowance.draw.block)
    return -(-counted // block) * block if block else counted


def cost(allowance: Allowance, holds: Callable[[int], bool]) -> Decimal:
    """The multiple at which a job is drawn: that of the first cost whose condition holds."""
    return next((c.times for i, c in enumerate(allowance.draw.cost) if holds(i)), Decimal(1))
