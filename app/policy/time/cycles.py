"""What becomes of clocks when their ticket is reopened, and when its rules are asked again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.base.vocabulary import ClockState
from app.policy.time.clock_plans import ClockKind, ClockPlan
from app.policy.time.clocks import ClockReading


def reopened(plan: ClockPlan, stopped: ClockReading, at: datetime) -> ClockPlan | None:
    """The next cycle of a clock that was met, when its ticket is reopened.

    It goes on with what was left. What lies between is not counted. The verdict given stays, and after a miss there
    is nothing left to go on with.
    """
    if stopped.state is not ClockState.MET:
        return None
    following = replace(plan, cycle=plan.cycle + 1, start=at)
    if stopped.remaining is None:
        return following
    kind = ClockKind.ELAPSED if plan.kind is ClockKind.ELAPSED else ClockKind.BUSINESS
    return replace(following, kind=kind, minimum=None, maximum=stopped.remaining)


_TIMELESS = frozenset({ClockKind.NONE, ClockKind.CONTRACT, ClockKind.QUALITATIVE})
"""Kinds that promise no time by themselves."""


@dataclass(frozen=True, slots=True)
class Rederived:
    """What becomes of a ticket's clocks when its rules change: each becomes an event."""

    started: tuple[ClockPlan, ...]
    reclassified: tuple[ClockPlan, ...]
    cancelled: tuple[ClockPlan, ...]


def rederived(running: Iterable[ClockPlan], wanted: Iterable[ClockPlan]) -> Rederived:
    """Compares all clocks that run with all that the present rules ask for, so that none outlives its rule.

    Clocks are matched by metric. A clock that loses its time is cancelled, and one that only measures takes its place.
    """
    asked = {plan.metric: plan for plan in wanted}
    old = {plan.metric: plan for plan in running}
    kept = {
        metric: asked[metric]
        for metric, plan in old.items()
        if metric in asked and (asked[metric].kind not in _TIMELESS or plan.kind in _TIMELESS)
    }
    return Rederived(
        started=tuple(
            replace(plan, cycle=old[metric].cycle + 1) if metric in old else plan
            for metric, plan in asked.items()
            if metric not in kept
        ),
        reclassified=tuple(
            replace(plan, cycle=old[metric].cycle) for metric, plan in kept.items() if not plan.same_terms(old[metric])
        ),
        cancelled=tuple(plan for metric, plan in old.items() if metric not in kept),
    )
