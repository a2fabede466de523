"""What the caller may do with a ticket now, and why not."""

from collections.abc import Mapping
from typing import Any

from app.base.vocabulary import TicketStatus, WorkGate
from app.db.callers import CallerRow, Kind

_WORK = ("start_work", "record_work")
_STAFF = (
    *("triage", "assign", "hand_over", "escalate", "transfer", "diagnose", "verify", "availability", "negotiate"),
    *("schedule", "excuse", "override", *_WORK, "resolve", "reopen", "close", "merge", "reply", "note", "describe"),
)
_CUSTOMER = ("reopen", "close", "reply", "describe")
_MACHINE = ("diagnose", "reply", "describe")
_WHEN_ENDED = frozenset({"reopen", "reply", "note", "describe"})
_CODE_OF_GATE = {
    WorkGate.AWAITING_AVAILABILITY: "not_available",
    WorkGate.AWAITING_STAFF_DECISION: "staff_decision_required",
    WorkGate.AWAITING_QUOTE: "quote_required",
    WorkGate.AWAITING_CONSENT: "consent_required",
    WorkGate.AWAITING_PAYMENT: "payment_required",
    WorkGate.SCHEDULED: "not_available",
    WorkGate.CLOSED: "refused_at_discretion",
}


def allowed_actions(row: Mapping[str, Any], caller: CallerRow) -> list[dict[str, Any]]:
    """The verbs of the caller's role, each with whether the ticket's state and work gate let it through."""
    verbs = _STAFF if caller.kind is Kind.STAFF else _MACHINE if caller.kind is Kind.SERVICE else _CUSTOMER
    return [_judged(verb, row) for verb in verbs]


def _judged(verb: str, row: Mapping[str, Any]) -> dict[str, Any]:
    code = _obstacle(verb, row)
    if code is None:
        return {"action": verb, "allowed": True}
    refused: dict[str, Any] = {"action": verb, "allowed": False, "code": code}
    if verb in _WORK and code != "conflict":
        refused["citations"] = [c for c in row["decision"].get("citations", []) if c["stage"] in ("coverage", "fee")]
    return refused


def _obstacle(verb: str, row: Mapping[str, Any]) -> str | None:
    status, gate = TicketStatus(row["status"]), WorkGate(row["work_gate"])
    ended = status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    if row["merged_into"] is not None:
        return None if verb in ("reply", "note") else "conflict"
    if ended:
        closing = verb == "close" and status is TicketStatus.RESOLVED
        return None if verb in _WHEN_ENDED or closing else "conflict"
    if verb == "reopen":
        return "conflict"
    return _CODE_OF_GATE.get(gate) if verb in _WORK else None
