"""What prices were put, agreed to, let go and paid, by period, tariff, department and level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.money import rounded
from app.db.fees import Asked, money_moved, money_moved_of
from app.db.pool import Database
from app.policy.compile import CompiledPolicy
from app.services.errands import Errand
from app.services.reports.spans import Span, span_of

_AMOUNTS: Final = ("quoted", "consented", "waived", "settled", "paid", "refunded")
_COUNTS: Final = ("quotes", "consents", "declined", "expired")
_GROUPS: Final = ("currency", "rule", "department", "level")


@dataclass(frozen=True, slots=True)
class Question:
    """`since` and `until` lie in the first and last day; left out: the last 30 days."""

    since: datetime | None = None
    until: datetime | None = None
    period: str = "month"


async def report(errand: Errand, question: Question) -> dict[str, Any]:
    """Prices by when they were put, with what became of them since; money by when it was told of."""
    policy = await errand.policies.policy_at(errand.provider_id, errand.now)
    span = _span(question, policy, errand.now)
    asked = _asked(question, span, errand.now)
    rows = await money_moved(errand.database, errand.provider_id, errand.principal, asked)
    return _told(rows, question, span, policy)


async def report_of(
    database: Database, provider_id: UUID, policy: CompiledPolicy, question: Question, now: datetime
) -> dict[str, Any]:
    """The same for whoever has the database in hand."""
    span = _span(question, policy, now)
    return _told(await money_moved_of(database, provider_id, _asked(question, span, now)), question, span, policy)


def _span(question: Question, policy: CompiledPolicy, now: datetime) -> Span:
    return span_of(question.since, question.until, question.period, policy.document.tz, now)


def _asked(question: Question, span: Span, now: datetime) -> Asked:
    return Asked(span.first, span.last, question.period, span.zone.key, now.astimezone(span.zone).date())


def _told(rows: Sequence[Mapping[str, Any]], question: Question, span: Span, policy: CompiledPolicy) -> dict[str, Any]:
    slug = policy.document.provider
    return {
        "provider": slug,
        "since": span.since,
        "until": span.until,
        "period": question.period,
        "data": [_row(row, slug) for row in rows],
    }


def _row(row: Mapping[str, Any], slug: str) -> dict[str, Any]:
    return {
        "period_start": row["period_start"],
        "provider": slug,
        **{name: row[name] for name in _GROUPS},
        **{name: row[name] for name in _COUNTS},
        **{name: format(rounded(row[name], row["currency"]), "f") for name in _AMOUNTS},
        "consent_ratio": round(row["consents"] / row["quotes"], 4) if row["quotes"] else None,
    }
