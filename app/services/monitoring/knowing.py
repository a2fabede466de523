"""All that a report is decided by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.monitoring import facts_for_event
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.schemas.monitoring import EventKind
from app.services.errands import Errand
from app.services.monitoring.reports import Report
from app.services.repeating import check_repeated

_USUAL_WINDOW = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Known:
    """`row` is what the database said; `signal` what the report is about."""

    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy
    signal: UUID

    @property
    def seq(self) -> int:
        return int(self.row["last"]["seq"]) + 1 if self.row["last"] is not None else 1


async def gather(errand: Errand, report: Report, linking: bool) -> Known:
    """One statement; a second one where the policy is new to this process and looks further back."""
    signal = report.signal(errand.provider_id, str(errand.principal.subject)) or errand.new_id()
    guess = errand.policies.last_used(errand.provider_id)
    window = _USUAL_WINDOW if guess is None else _window(guess)
    while True:
        caller, row = await facts_for_event(
            errand.database,
            errand.provider_id,
            errand.principal,
            errand.now,
            Reference.of(report.account),
            report.server,
            signal,
            errand.now - window if window else None,
            report.values.get("domain"),
            linking and report.type is EventKind.MONITOR_DOWN,
            errand.repeat,
        )
        if caller.kind is Kind.SERVICE and Scope.EVENTS not in caller.scopes:
            raise Problem("forbidden", "This needs the scope events.")
        await check_repeated(errand, row)
        policy = await errand.policies.policy(errand.provider_id, row["version"], row["revision"])
        if _window(policy) <= window:
            return Known(caller, row, policy, signal)
        window = _window(policy)


def _window(policy: CompiledPolicy) -> timedelta:
    """How far back the rules about events look for an earlier one."""
    rules = (ready.rule for ready in policy.rules.get("event", ()))
    return max((rule.same.within for rule in rules if rule.same), default=timedelta(0))
