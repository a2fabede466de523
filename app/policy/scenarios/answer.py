"""What a step answers, as the groups that scenarios speak of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.decision import AssumptionUsed, Citation, Decision, TargetTime
from app.policy.desk.about import About
from app.policy.desk.explaining import Explained
from app.policy.situation import Account
from app.policy.tickets.ticket import Ticket

Names = Mapping[str, str]
"""Names of the file by account number."""

_OF_DECISION = (
    "outcome",
    "reason",
    "standing",
    "notify_sender",
    "priority",
    "department",
    "level",
    "language",
    "coverage",
    "strict",
    "coverage_provisional",
    "work_gate",
    "recommendations",
    "suggestions",
    "redirect",
)
_ACCOUNTS_IN_EFFECTS = frozenset({"to", "account", "responsible"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The groups by name, and what the laws of explanation look at."""

    policy: CompiledPolicy | None
    groups: dict[str, Any]
    citations: tuple[Citation, ...] = ()
    assumptions: tuple[AssumptionUsed, ...] = ()
    decision: Decision | None = None
    """What the laws are asked about; None where nothing was decided."""


def of_decision(policy: CompiledPolicy, decision: Decision, names: Names, /, **groups: Any) -> Answer:
    """A decision in the words of a scenario, with the groups that the step adds."""
    answer: dict[str, Any] = {name: getattr(decision, name) for name in _OF_DECISION}
    answer |= {
        "fee": asdict(decision.fee) if decision.fee else None,
        "schedule": decision.schedule.model_dump(by_alias=True) if decision.schedule else None,
        "targets": {t.metric: _target(t) for t in decision.targets},
        "missing": [m if isinstance(m, str) else asdict(m) for m in decision.missing],
        "effects": [_effect(e.model_dump(), names) for e in decision.effects],
        "action": asdict(decision.action) if decision.action else None,
        "channel": asdict(decision.channel) if decision.channel else None,
        "breach": asdict(decision.breach) if decision.breach else None,
    }
    return _explained(policy, answer | groups, decision.citations, decision.assumptions, decision)


def of_reading(policy: CompiledPolicy, found: Explained, /, **groups: Any) -> Answer:
    """An answer that decides about nothing: a figure, an order, a list, the policy itself."""
    return _explained(policy, {"outcome": Outcome.ACCEPTED, **groups}, found.citations, found.assumptions)


def _explained(
    policy: CompiledPolicy,
    groups: dict[str, Any],
    citations: tuple[Citation, ...],
    assumptions: tuple[AssumptionUsed, ...],
    decision: Decision | None = None,
) -> Answer:
    reasons = {"cites": [c.clause for c in citations], "assumptions": [a.id for a in assumptions]}
    return Answer(policy, groups | reasons, citations, assumptions, decision)


def _target(target: TargetTime) -> dict[str, Any]:
    return {
        "due": target.due_at,
        "earliest": target.earliest_at,
        "kind": target.kind,
        "strength": target.strength,
        "clock_start": target.clock_start,
        "status": target.status,
    }


def _effect(effect: dict[str, Any], names: Names) -> dict[str, Any]:
    """Accounts of an effect by their names in the file."""
    return {k: names.get(v, v) if k in _ACCOUNTS_IN_EFFECTS and isinstance(v, str) else v for k, v in effect.items()}


def ticket_view(ticket: Ticket, *, appended: bool = False) -> dict[str, Any]:
    return {
        "status": ticket.status,
        "merged_into": ticket.merged_into,
        "appended": appended,
        "level": ticket.level,
        "department": ticket.department,
        "assignee": ticket.assignee,
        "incident": ticket.incident,
        "delay_codes": ticket.delay_codes,
    }


def account_view(account: Account, names: Names, *, abuse: int, responsible: str | None) -> dict[str, Any]:
    return {
        "state": account.state,
        "contact_info_current": account.contact_info_current,
        "contacts": [c.model_dump() for c in account.contacts],
        "abuse_count": abuse,
        "responsible": names.get(responsible, responsible) if responsible else None,
    }


def policy_view(found: About) -> dict[str, Any]:
    return found.model_dump(exclude={"provider", "citations", "assumptions"})
