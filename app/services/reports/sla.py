"""What came of promises: attainment, how long it took and why it was missed, by metric and whatever is asked for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db.pool import Database
from app.db.sla import Asked, promises_kept, promises_kept_of
from app.policy.compile import CompiledPolicy
from app.schemas.reports import By
from app.services.errands import Errand
from app.services.reports.spans import Span, begin, span_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """`since` and `until` lie in the first and last day; left out: the last 30 days."""

    since: datetime | None = None
    until: datetime | None = None
    period: str = "month"
    by: Sequence[By] = field(default=tuple(By))


async def report(errand: Errand, question: Question) -> dict[str, Any]:
    """Of tickets received in the days asked about, as they stand."""
    policy = await errand.policies.policy_at(errand.provider_id, errand.now)
    span = _span(question, policy, errand.now)
    asked = _asked(question, span)
    found = await promises_kept(errand.database, errand.provider_id, errand.principal, asked)
    return _told(found, question, span, policy)


async def report_of(
    database: Database, provider_id: UUID, policy: CompiledPolicy, question: Question, now: datetime
) -> dict[str, Any]:
    """The same for whoever has the database in hand."""
    span = _span(question, policy, now)
    found = await promises_kept_of(database, provider_id, _asked(question, span))
    return _told(found, question, span, policy)


def _span(question: Question, policy: CompiledPolicy, now: datetime) -> Span:
    return span_of(question.since, question.until, question.period, policy.document.tz, now)


def _asked(question: Question, span: Span) -> Asked:
    return Asked(span.first, span.last, question.period, question.by)


def _told(found: Row, question: Question, span: Span, policy: CompiledPolicy) -> dict[str, Any]:
    slug = policy.document.provider
    lines: dict[int, list[Row]] = defaultdict(list)
    for line in found["lines"]:
        lines[line["number"]].append(line)
    return {
        "provider": slug,
        "since": span.since,
        "until": span.until,
        "period": question.period,
        "counted_at": found["counted_at"],
        "data": [
            _row(row, lines[row["number"]], found["spreads"].get(str(row["number"])), slug, span.zone)
            for row in found["rows"]
        ],
    }


def _row(row: Row, lines: Sequence[Row], spread: Sequence[int] | None, slug: str, zone: ZoneInfo) -> dict[str, Any]:
    by_state: Counter[str] = Counter()
    reasons: Counter[tuple[str | None, str | None]] = Counter()
    for line in lines:
        by_state[line["state"]] += line["clocks"]
        if line["state"] == "breached":
            reasons[line["excused_by"], line["liability"]] += line["clocks"]
    met, breached = by_state["met"], by_state["breached"]
    excused = sum(clocks for (code, _), clocks in reasons.items() if code is not None)
    median, most = spread or (None, None)
    return {
        "period_start": begin(date.fromisoformat(row["period_start"]), zone),
        "provider": slug,
        **{name: row[name] for name in ("metric", "priority", "department", "level")},
        "clocks": by_state.total(),
        "going": by_state["running"] + by_state["paused"],
        "cancelled": by_state["cancelled"],
        "met": met,
        "breached": breached,
        "excused": excused,
        "attainment": _ratio(met, met + breached),
        "attainment_without_excused": _ratio(met, met + breached - excused),
        "median_seconds": median,
        "p90_seconds": most,
        "breaches": [
            {"excused_by": code, "liability": liability, "clocks": clocks}
            for (code, liability), clocks in sorted(reasons.items(), key=lambda one: (-one[1], str(one[0])))
        ],
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
