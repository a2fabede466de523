"""Where the goals stand that a provider has set itself, read from its tickets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.base.errors import Fault, Problem
from app.db.goals import counted
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable_citations
from app.policy.desk import goals
from app.policy.language.document import Goal
from app.services.errands import Errand
from app.services.monitoring import scans

_USUAL: Final = timedelta(days=30)
_LONGEST: Final = timedelta(days=3700)
_MOST_SHOWN: Final = 100
_COUNTS: Final = (
    "received",
    "handled_at_level_1",
    "solved",
    "solved_at_level_1",
    "tickets_open",
    "tickets_without_owner",
    "tickets_without_due",
    "tickets_without_owner_or_due",
    "tickets_overdue",
)


async def report(errand: Errand, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """Of tickets received from `since` (or for 30 days) up to `until` (left out: now), and of those that are open."""
    ends = until or errand.now
    begins = since or ends - _USUAL
    if not timedelta(0) < ends - begins <= _LONGEST:
        message = f"This must lie before `until`, by at most {_LONGEST.days} days."
        raise Problem("invalid", errors=[Fault("/since", "out_of_range", message)])
    policy = await errand.policies.policy_at(errand.provider_id, errand.now)
    between = (begins, ends)
    row = await counted(errand.database, errand.provider_id, errand.principal, between, errand.now, _MOST_SHOWN)
    counts = {name: row[name] for name in _COUNTS}
    counts |= scans.counts(row["scans"] or {}, policy.document.products, errand.now)
    return {
        "since": begins,
        "until": ends,
        "as_of": errand.now,
        "counts": counts,
        "overdue": row["overdue"],
        "data": [_reading(policy, goal, counts, errand.now) for goal in policy.document.goals.values()],
    }


def _reading(policy: CompiledPolicy, goal: Goal, counts: Mapping[str, int], now: datetime) -> dict[str, Any]:
    read = goals.report(policy, goal, counts, None, now)
    shown = read.model_dump(mode="json", exclude={"overdue", "citations"})
    return {**shown, "citations": jsonable_citations(read.citations)}
