"""Help that is included: how much there is in a period, what a job draws of it, and what is left to be paid."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.policy.document import Allowance
from app.policy.fees import minutes_of
from app.policy.situation import Drawing

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a job takes from an allowance. Amounts are in its unit; `rest` is what it does not cover."""

    allowance: str
    unit: str
    drawn: Decimal
    left: Decimal
    rest: Decimal
    rest_minutes: int | None = None
    """The part of the job that is charged, where the allowance goes by time."""


def balance(
    allowance: Allowance, size: Decimal, drawings: Iterable[Drawing], at: datetime, tz: str, since: date | None = None
) -> Decimal:
    """What is there at an instant. Periods begin at local midnight; `since` is when the first one began."""
    zone = ZoneInfo(tz)
    past = sorted((d for d in drawings if d.at <= at), key=lambda d: d.at)
    match allowance.per:
        case "once":
            expired = (
                allowance.expires is not None and since is not None and at >= _midnight(since, zone) + allowance.expires
            )
            return _NOTHING if expired else max(_NOTHING, size - _sum(past))
        case "rolling":
            span = allowance.span or timedelta(days=30)
            return max(_NOTHING, size - _sum(d for d in past if d.at > at - span))
        case _:
            return _periodic(allowance, size, past, at.astimezone(zone).date(), zone, since)


def _periodic(
    allowance: Allowance, size: Decimal, past: list[Drawing], today: date, zone: ZoneInfo, since: date | None
) -> Decimal:
    """Period by period: what is carried over is used up after what the period itself grants."""
    begin = _start_of_period(since or (past[0].at.astimezone(zone).date() if past else today), allowance.per)
    carried = _NOTHING
    while True:
        end = _next_period(begin, allowance.per)
        used = _sum(d for d in past if begin <= d.at.astimezone(zone).date() < end)
        left = max(_NOTHING, size + carried - used)
        if today < end:
            return left
        own = max(_NOTHING, size - used)
        carried = {"none": _NOTHING, "one_period": min(left, own), "all": left}[allowance.carry]
        begin = end


def _start_of_period(day: date, per: str) -> date:
    return day.replace(day=1) if per == "month" else day.replace(month=1, day=1)


def _next_period(begin: date, per: str) -> date:
    if per == "year":
        return begin.replace(year=begin.year + 1)
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _sum(drawings: Iterable[Drawing]) -> Decimal:
    return sum((d.amount for d in drawings), _NOTHING)


def draw(
    name: str, allowance: Allowance, left: Decimal, minutes: int | None, price: Decimal | None, times: Decimal
) -> Drawn | None:
    """What a job takes: a ticket, its rounded minutes at their cost, or its price. None: its size is unknown."""
    match allowance.unit:
        case "tickets":
            wanted = times
        case "money":
            if price is None:
                return None
            wanted = price
        case _:
            if minutes is None:
                return None
            wanted = Decimal(_rounded_up(allowance, minutes)) * times
    drawn = min(left, wanted)
    rest = wanted - drawn
    charged = None
    if minutes is not None and wanted:
        share = rest / wanted
        whole = Decimal(_rounded_up(allowance, minutes) if allowance.remainder == "minutes" else minutes)
        charged = int(-(-(whole * share) // 1))
    return Drawn(name, allowance.unit, drawn, left - drawn, rest, charged)


def _rounded_up(allowance: Allowance, minutes: int) -> int:
    counted = max(minutes, minutes_of(allowance.draw.minimum) or 0)
    block = minutes_of(allowance.draw.block)
    return -(-counted // block) * block if block else counted


def cost(allowance: Allowance, holds: Callable[[int], bool]) -> Decimal:
    """The multiple at which a job is drawn: that of the first cost whose condition holds."""
    return next((c.times for i, c in enumerate(allowance.draw.cost) if holds(i)), Decimal(1))
