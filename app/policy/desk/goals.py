"""Figures that a provider has set itself: where they stand, from counts or from the open tickets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import Field

from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained, reasoning
from app.policy.language.document import Goal
from app.policy.language.model import Model

_RATIO = Decimal("0.0001")


class OpenTask(Model):
    """An open ticket, as far as goals and queues ask."""

    id: str
    received_at: datetime | None = None
    priority: str | None = None
    department: str | None = None
    due_at: datetime | None = Field(None, description="due time of its first answer")
    responded: bool = False
    account: str | None = None
    in_progress: bool = Field(False, description="somebody is working on it")
    starts: Mapping[str, datetime] = Field({}, description="instants of what has happened to it")


class Band(Model):
    min: Decimal | None = None
    max: Decimal | None = None


class GoalReading(Explained):
    """Where a figure stands against its goal; `value` is null without data."""

    metric: str
    value: Decimal | None
    goal: Band
    status: Literal["below", "within", "above", "no_data"]
    met: bool | None
    overdue: tuple[str, ...] = ()
    """Tickets that are unanswered past their due time."""


def goal_of(policy: CompiledPolicy, metric: str) -> Goal | None:
    return next((g for g in policy.document.goals.values() if g.metric == metric), None)


def report(
    policy: CompiledPolicy, goal: Goal, counts: Mapping[str, int], tickets: Sequence[OpenTask] | None, at: datetime
) -> GoalReading:
    """Read a goal from counts, or from all open tickets where they are given."""
    known = {**(counted(tickets, at) if tickets is not None else {}), **counts}
    value = _value(goal, known)
    band = Band(min=_bound(goal.min), max=_bound(goal.max))
    status = _status(value, band)
    d = reasoning(policy, at, "report")
    d.cite(goal, f"{goal.metric}={status}")
    return GoalReading(
        metric=goal.metric,
        value=value,
        goal=band,
        status=status,
        met=_met(value, band),
        overdue=tuple(t.id for t in tickets or () if _overdue(t, at)),
        citations=d.citations,
        assumptions=d.assumptions,
    )


def counted(tickets: Sequence[OpenTask], at: datetime) -> dict[str, int]:
    """What open tickets say by themselves."""
    return {
        "tickets_open": len(tickets),
        "tickets_without_owner": sum(t.department is None for t in tickets),
        "tickets_without_due": sum(t.due_at is None for t in tickets),
        # with neither: nobody's, and nothing will remind of them
        "tickets_without_owner_or_due": sum(t.department is None and t.due_at is None for t in tickets),
        "tickets_overdue": sum(_overdue(t, at) for t in tickets),
    }


def _overdue(ticket: OpenTask, at: datetime) -> bool:
    return not ticket.responded and ticket.due_at is not None and ticket.due_at < at


def _value(goal: Goal, known: Mapping[str, int]) -> Decimal | None:
    above = known.get(goal.numerator)
    if above is None:
        return None
    if goal.denominator is None:
        return Decimal(above)
    below = known.get(goal.denominator)
    return (Decimal(above) / Decimal(below)).quantize(_RATIO, ROUND_HALF_UP) if below else None


def _bound(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _status(value: Decimal | None, band: Band) -> Literal["below", "within", "above", "no_data"]:
    if value is None:
        return "no_data"
    if band.min is not None and value < band.min:
        return "below"
    return "above" if band.max is not None and value > band.max else "within"


def _met(value: Decimal | None, band: Band) -> bool | None:
    """A goal with a lower end is reached from there on, a mere ceiling up to it."""
    if value is None:
        return None
    if band.min is not None:
        return value >= band.min
    return band.max is None or value <= band.max
