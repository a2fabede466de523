"""What the policies make of labelled requests that triage has read: coverage, priority, department, emergencies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.base.vocabulary import Coverage
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.situation import Account, Request, Situation
from app.triage.proposal import Proposal
from tests.triage.figures import Alarms, Tally
from tests.triage.tickets import Label, Labelled, proposed, tickets

AT = datetime(2026, 2, 10, 15, tzinfo=UTC)

# The labels' words for products, as the policies name them.
PRODUCTS: Mapping[str, Mapping[str, str]] = {
    "kenotronix": {
        "shared hosting": "shared",
        "mutualisé": "shared",
        "business hosting": "shared",
        "starter hosting": "shared",
        "shared": "shared",
        "vps": "vps_dedicated",
        "vps (plesk)": "vps_dedicated",
        "vps_dedicated": "vps_dedicated",
        "vps_developer": "vps_developer",
        "managed wordpress": "managed_wordpress",
        "managed_wordpress": "managed_wordpress",
        "office 365": "office365",
        "microsoft 365": "office365",
        "exchange hébergé": "office365",
        "office365": "office365",
        "gsuite": "gsuite",
        "general": "general",
    },
    "brs": {"windows hosting": "windows", "hospedagem linux": "linux"},
    "mexxus": {"reseller": "reseller_hosting", "revenda": "reseller_hosting", "shared hosting": "shared_hosting"},
    "plutus": {"shared hosting": "shared_hosting"},
    "tsc": {},
}
COVERAGES: Mapping[Coverage, str | None] = {
    Coverage.COVERED: "included",
    Coverage.SELF_SERVICE: "included",
    Coverage.BILLABLE: "advanced_billable",
    Coverage.NOT_SUPPORTED: "not_supported",
    Coverage.BEST_EFFORT: "best_effort_low",
    Coverage.DISCRETIONARY: "best_effort_low",
    Coverage.UNSPECIFIED: None,
}
DEPARTMENTS = {"service_desk": "helpdesk", "accounts_billing": "billing"}
LEVELS = {"level_1": 1, "level_2": 2, "level_3": 3}


@dataclass(slots=True)
class Decided:
    """What the policies made of the tickets of a set."""

    coverage: Tally = field(default_factory=Tally)
    priority: Tally = field(default_factory=Tally)
    once_confirmed: Tally = field(default_factory=Tally)
    """The priority, if somebody who may say so says what the words hint at."""
    department: Tally = field(default_factory=Tally)
    alarms: Alarms = field(default_factory=Alarms)
    abstained: int = 0
    without_product: int = 0


def decided(name: str, policies: Mapping[str, CompiledPolicy]) -> Decided:
    seen = Decided()
    for ticket in tickets(name):
        proposal = proposed(ticket)
        for label in ticket.labels:
            policy = policies[label.provider]
            answer = _decision(policy, ticket, label, proposal, {})
            alarm = proposal.signals.emergency or answer.priority == "emergency"
            seen.alarms.add(alarm, label.emergency, label.emergency_alt)
            _coverage(seen, label, answer)
            _priority(seen.priority, label, answer, alarm=alarm)
            _department(seen.department, label, answer)
            confirmed = _decision(policy, ticket, label, proposal, _hinted_at(proposal))
            _priority(seen.once_confirmed, label, confirmed, alarm=alarm)
    return seen


def _hinted_at(proposal: Proposal) -> dict[str, Any]:
    """Facts that no text may assert, as customer or staff would state them who agree with the signals."""
    signals = proposal.signals
    hinted = {
        "users_affected": signals.people,
        "scope": signals.scope,
        "urgent": signals.urgent or None,
        "business_severely_compromised": signals.emergency or bool(signals.because.get("standstill")) or None,
    }
    return {name: value for name, value in hinted.items() if value is not None}


def _decision(
    policy: CompiledPolicy, ticket: Labelled, label: Label, proposal: Proposal, stated: Mapping[str, Any]
) -> Decision:
    """By subject, body and product alone, and by what is stated besides."""
    product = PRODUCTS[label.provider].get((ticket.product or "").lower())
    account = Account(number="A-1", products=(product,) if product else ())
    topic = proposal.candidates[0].topic if proposal.candidates else None
    facts = {**stated, "topic": topic} if topic else dict(stated)
    request = Request(facts=facts, topic_source="triage", language=proposal.language)
    return decide(policy, request, Situation(account=account, received_at=AT, dry_run=True), AT)


def _coverage(seen: Decided, label: Label, answer: Decision) -> None:
    if "product" in answer.missing:
        seen.without_product += 1
    elif label.coverage and answer.coverage:
        found = COVERAGES[answer.coverage]
        seen.abstained += found is None
        open_ = found is None and (label.coverage_basis in {"inferred", "policy_silent"} or bool(label.coverage_alt))
        seen.coverage.add(label.coverage, label.coverage_alt, found, also=open_)


def _priority(tally: Tally, label: Label, answer: Decision, *, alarm: bool) -> None:
    wanted, got = label.priority, answer.priority
    if wanted in {None, "department_sla"} or got is None:
        return
    if wanted == "emergency" and label.provider == "plutus":
        got = "emergency" if alarm else got
    tally.add(str(wanted), label.priority_alt, got)


def _department(tally: Tally, label: Label, answer: Decision) -> None:
    if label.department is None:
        return
    names = (label.department, *label.department_alt)
    got = next((name for name in names if _is_department(name, answer)), str(answer.department))
    tally.add(label.department, label.department_alt, got)


def _is_department(name: str, answer: Decision) -> bool:
    if name in LEVELS:
        return answer.level == LEVELS[name]
    if name == "escalated":
        return (answer.level or 0) >= 2
    return answer.department == DEPARTMENTS.get(name, name)
