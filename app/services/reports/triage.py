"""How often staff change what triage suggests, by topic and period: where an operator ought to add phrases."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.base.errors import Fault, Problem
from app.db.reports import suggestions
from app.services.errands import Errand

_USUAL = timedelta(days=90)
_LONGEST: Mapping[str, timedelta] = {
    "day": timedelta(days=100),
    "week": timedelta(days=800),
    "month": timedelta(days=3700),
}
_MOST_SHOWN = 5


@dataclass(slots=True)
class _Row:
    suggested: int = 0
    taken: int = 0
    confirmed: int = 0
    changed: int = 0
    changed_to: Counter[str] = field(default_factory=Counter)
    misled_by: Counter[str] = field(default_factory=Counter)


async def report(errand: Errand, since: datetime | None, until: datetime | None, period: str) -> dict[str, Any]:
    """From `since` (left out: 90 days before) up to `until` (left out: now); periods begin in the policy's zone."""
    ends = until or errand.now
    begins = since or ends - _USUAL
    if not timedelta(0) < ends - begins <= _LONGEST[period]:
        message = f"This must lie before `until`, by at most {_LONGEST[period].days} days for each {period}."
        raise Problem("invalid", errors=[Fault("/since", "out_of_range", message)])
    policy = await errand.policies.policy_at(errand.provider_id, errand.now)
    between = (begins, ends)
    found = await suggestions(
        errand.database, errand.provider_id, errand.principal, between, period, policy.document.tz
    )
    return {"since": begins, "until": ends, "period": period, "data": _by_topic(found)}


def _by_topic(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows: dict[tuple[datetime, str], _Row] = {}
    for entry in found:
        row = rows.setdefault((entry["period_start"], entry["topic"]), _Row())
        row.suggested += entry["tickets"]
        row.taken += entry["tickets"] * entry["taken"]
        if entry["found"] == entry["topic"]:
            row.confirmed += entry["tickets"]
        elif entry["found"] is not None:
            row.changed += entry["tickets"]
            row.changed_to[entry["found"]] += entry["tickets"]
            row.misled_by.update(word for words in entry["misled"] for word in words)
    return [
        {
            "topic": topic,
            "period_start": start,
            "suggested": row.suggested,
            "taken": row.taken,
            "confirmed": row.confirmed,
            "changed": row.changed,
            "changed_share": round(row.changed / (row.changed + row.confirmed), 3)
            if row.changed + row.confirmed
            else None,
            "changed_to": [{"topic": name, "tickets": times} for name, times in _most(row.changed_to)],
            "misled_by": [{"words": words, "tickets": times} for words, times in _most(row.misled_by)],
        }
        for (start, topic), row in rows.items()
    ]


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:_MOST_SHOWN]
