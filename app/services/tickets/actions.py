"""What the caller may do with a ticket now, and why not: by the rules that judge the verbs themselves."""

from datetime import datetime
from typing import Any

from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable_citations
from app.policy.desk.allowed import Hindrance, hindrances, writing_hindered
from app.policy.life import Desk
from app.policy.tickets.ticket import Ticket
from app.services.refusals import code_of
from app.services.speaking import speaker

STAFFS = (
    *("triage", "assign", "hand_over", "escalate", "transfer", "diagnose", "verify", "availability", "negotiate"),
    *("schedule", "excuse", "override", "start_work", "record_work", "resolve", "reopen", "close", "merge"),
)
_CUSTOMERS = ("reopen", "close")
_MONITORS = ("diagnose",)


def verbs_of(caller: CallerRow) -> tuple[str, ...]:
    """The verbs that are meant for callers of this kind."""
    match caller.kind:
        case Kind.STAFF:
            return STAFFS
        case Kind.CONTACT | Kind.RESELLER:
            return _CUSTOMERS
        case Kind.SERVICE:
            return _MONITORS if Scope.EVENTS in caller.scopes else ()


def allowed_actions(
    policy: CompiledPolicy, ticket: Ticket, desk: Desk, caller: CallerRow, at: datetime
) -> list[dict[str, Any]]:
    """Every verb for such a caller, and writing, each with what stands in its way."""
    by = speaker(caller)
    found = hindrances(policy, ticket, verbs_of(caller), by, desk, at)
    found["reply"] = None if caller.kind is Kind.SERVICE else writing_hindered(policy, ticket, by, desk, at)
    if caller.kind is Kind.STAFF:
        found["note"] = None
    found["describe"] = None
    return [_shown(verb, hindrance) for verb, hindrance in found.items()]


def _shown(verb: str, hindrance: Hindrance | None) -> dict[str, Any]:
    if hindrance is None:
        return {"action": verb, "allowed": True}
    refused: dict[str, Any] = {"action": verb, "allowed": False, "code": code_of(hindrance.code)}
    if hindrance.citations:
        refused["citations"] = jsonable_citations(hindrance.citations)
    return refused
