"""What misses oblige to: shares of a fee, by how late something was, by how often, or by availability."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.base.money import Amount, Currency, rounded
from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained, reasoning
from app.policy.language.model import Model
from app.policy.language.promises import Credit, Credits, CreditStep, Liability

_NOTHING, _ALL = Decimal(0), Decimal(1)


class Miss(Model):
    """A time that was not kept. An excused miss obliges to nothing."""

    metric: str
    at: datetime
    """When it fell due."""
    late: timedelta
    target: str | None = None
    """The id of the target that gave the time."""
    excused: bool = False


class CreditDue(Model):
    """So much of a fee; `amount` is null while nobody knows the fee."""

    source: str
    of: str
    share: Decimal
    amount: Amount | None
    currency: Currency


class CreditReading(Explained):
    credits: tuple[CreditDue, ...] = ()


def credits_due(
    policy: CompiledPolicy,
    misses: Sequence[Miss],
    facts: Mapping[str, object],
    at: datetime,
    availability: Decimal | None = None,
) -> CreditReading:
    """What the period in which `at` lies has brought; `facts` hold the fees, availability is in percent."""
    d = reasoning(policy, at, "credit")
    stated = policy.stated(facts)
    d.values.update(stated)
    zone = ZoneInfo(policy.document.tz)
    found = []
    for source, credit in _credits_of_targets(policy):
        meant = [m for m in misses if not m.excused and _meant(m, source)]
        late = [m.late for m in meant if _same_period(credit.period, m.at, at, zone)]
        share = share_of_misses(credit, late)
        if share:
            d.cite(policy.document.targets[source.position], f"credit={share}")
            found.append(_due(policy, d.values, source.name, credit.of, share))
    for terms in policy.document.credits:
        counted = availability if terms.count == "availability" else _count(terms, misses, at, zone)
        share = _NOTHING if counted is None else share_of_steps(terms.steps, counted)
        if share:
            d.cite(terms, f"credit={share}")
            found.append(_due(policy, d.values, terms.id, terms.of, share))
    return CreditReading(credits=tuple(found), citations=d.citations, assumptions=d.assumptions)


class _Source(Model):
    """A target that promises a credit."""

    name: str
    metric: str
    id: str | None
    position: int
    only: bool
    """Whether no other target of the metric promises one: then its misses need not name it."""


def _credits_of_targets(policy: CompiledPolicy) -> list[tuple[_Source, Credit]]:
    promised = [
        (index, target, target.liability.credit)
        for index, target in enumerate(policy.document.targets)
        if isinstance(target.liability, Liability)
    ]
    metrics = [target.metric for _, target, _ in promised]
    return [
        (
            _Source(
                name=target.id or target.metric,
                metric=target.metric,
                id=target.id,
                position=index,
                only=metrics.count(target.metric) == 1,
            ),
            credit,
        )
        for index, target, credit in promised
    ]


def _meant(miss: Miss, source: _Source) -> bool:
    if miss.target is not None:
        return miss.target == source.id
    return source.only and miss.metric == source.metric


def share_of_misses(credit: Credit, late: Sequence[timedelta]) -> Decimal:
    """The share for these misses of one period, up to the cap."""
    shares = [credit.rate * _units(credit, each) for each in late if each > timedelta(0)]
    if not shares:
        return _NOTHING
    together = sum(shares, _NOTHING) if credit.combine == "sum" else max(shares)
    return min(together, credit.cap if credit.cap is not None else together)


def _units(credit: Credit, late: timedelta) -> int:
    """Once for a miss, or for each span of the delay: full ones, or those that have begun."""
    if credit.per is None:
        return 1
    return late // credit.per if credit.count == "full" else -(-late // credit.per)


def share_of_steps(steps: Sequence[CreditStep], counted: Decimal) -> Decimal:
    """The step that is reached furthest."""
    reached = [step for step in steps if step.at_least <= counted]
    return max(reached, key=lambda step: step.at_least).credit if reached else _NOTHING


def _count(terms: Credits, misses: Sequence[Miss], at: datetime, zone: ZoneInfo) -> Decimal:
    return Decimal(
        sum(
            not miss.excused
            and (not terms.metrics or miss.metric in terms.metrics)
            and _same_period(terms.period, miss.at, at, zone)
            for miss in misses
        )
    )


def _same_period(period: str, one: datetime, other: datetime, zone: ZoneInfo) -> bool:
    first, second = (_begin(period, instant.astimezone(zone).date()) for instant in (one, other))
    return first == second


def _begin(period: str, day: date) -> date:
    return day.replace(day=1) if period == "month" else day.replace(month=1, day=1)


def _due(policy: CompiledPolicy, values: Mapping[str, object], source: str, of: str, share: Decimal) -> CreditDue:
    fee, unit = values.get(of), str(values.get("currency") or policy.document.currency)
    known = isinstance(fee, Decimal | int) and not isinstance(fee, bool)
    share = min(share, _ALL)
    amount = rounded(Decimal(str(fee)) * share, unit) if known else None
    return CreditDue(source=source, of=of, share=share, amount=amount, currency=unit)
