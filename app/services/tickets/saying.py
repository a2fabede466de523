"""What is said along with each action on a ticket: the members of its body."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from app.schemas import quotes, verbs
from app.schemas.tickets import MessageWrite, TicketPatch

BODIES: Final[Mapping[str, type[BaseModel]]] = {
    "triage": verbs.Triage,
    "assign": verbs.Assign,
    "hand_over": verbs.HandOver,
    "escalate": verbs.Escalate,
    "transfer": verbs.Transfer,
    "diagnose": verbs.Diagnose,
    "verify": verbs.Verify,
    "availability": verbs.Availability,
    "negotiate": verbs.Negotiate,
    "schedule": verbs.Schedule,
    "excuse": verbs.Excuse,
    "override": verbs.Override,
    "record_work": verbs.RecordWork,
    "resolve": verbs.Resolve,
    "reopen": verbs.Reopen,
    "merge": verbs.Merge,
    "quote": quotes.QuoteAsk,
    "consent": quotes.ConsentGive,
    "decline": quotes.Decline,
    "waive": quotes.Waive,
    "settle": quotes.Settle,
    "pay": quotes.Payment,
    "reply": MessageWrite,
    "note": MessageWrite,
    "describe": TicketPatch,
}
_HERE: Final[Mapping[str, frozenset[str]]] = {"quote": frozenset({"ticket"}), "note": frozenset({"visibility"})}
"""What may be left out elsewhere, and makes it this action."""
_ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {"quote": frozenset({"account", "facts", "rule"})}
"""What belongs to a price for no ticket."""


def _said(action: str, body: type[BaseModel]) -> dict[str, Any]:
    required, optional = list[str](), list[str]()
    for name, member in body.model_fields.items():
        if name not in _ELSEWHERE.get(action, ()):
            needed = member.is_required() or name in _HERE.get(action, ())
            (required if needed else optional).append(member.alias or name)
    return {"required": required, "optional": optional}


_NOTHING: Final[Mapping[str, list[str]]] = {"required": [], "optional": []}
_SAID: Final = {action: _said(action, body) for action, body in BODIES.items()}


def said_with(action: str) -> Mapping[str, list[str]]:
    """Names of what must be said along with an action, and of what may be."""
    return _SAID.get(action, _NOTHING)
