"""Secure forms that a decision calls for: a secret is needed from a person, or one is sent to them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.base.events import EventType
from app.base.vocabulary import Outcome
from app.policy.decision import Decision
from app.services.errands import Errand

LINK_LIVES: Final = timedelta(hours=48)
NEEDED: Final = "credentials_via_secure_form_required"
_LINK_SENT: Final = "send_reset_link"
_ANYBODY_LISTED: Final = frozenset({"customer", "account_owner", "address_on_file"})

Rows = dict[str, list[dict[str, Any]]]


def demanded(
    errand: Errand,
    decision: Decision,
    before: Decision | None,
    ticket_id: UUID,
    account: Mapping[str, Any] | None,
    contact_id: UUID | None,
) -> Rows:
    """Rows of the form that this decision calls for, and that the one before did not: its link goes to a listed person.

    `contact_id`: the one who asks. Nothing where the policy names an address that is not on file; staff send that one.
    """
    if account is None:
        return {}
    if decision.outcome is Outcome.HELD and decision.reason == NEEDED:
        if contact_id is None or (before is not None and before.reason == NEEDED):
            return {}
        return rows_of(errand, ticket_id, account["id"], contact_id, "credentials")
    sent = next((e for e in decision.effects if e.type == _LINK_SENT), None)
    if sent is None or decision.outcome is not Outcome.ACCEPTED:
        return {}
    to = addressee(str((sent.model_extra or {}).get("to")), account, contact_id)
    return rows_of(errand, ticket_id, account["id"], to, "password_recovery") if to is not None else {}


def addressee(to: str, account: Mapping[str, Any], asking: UUID | None) -> UUID | None:
    """The listed person whose address the policy means; of several in the role, the one who asks."""
    with_address = [c for c in account["contacts"] if c["email"] is not None]
    meant = [c for c in with_address if c["role"] == to]
    if not meant and to in _ANYBODY_LISTED:
        meant = with_address
    chosen = next((c for c in meant if c["id"] == str(asking)), meant[0] if meant else None)
    return UUID(chosen["id"]) if chosen is not None else None


def rows_of(errand: Errand, ticket_id: UUID, account_id: Any, contact_id: UUID | None, purpose: str) -> Rows:
    """The form and its event, which tells whoever sends mail whom to send the link to; the secret is in neither."""
    row = {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "ticket_id": ticket_id,
        "account_id": account_id,
        "contact_id": contact_id,
        "state": "open",
        "purpose": purpose,
        "sealed": None,
        "requested_by": errand.principal.key,
        "filled_at": None,
        "revealed_at": None,
        "revealed_by": None,
        "expires_at": errand.now + LINK_LIVES,
        "version": 1,
        "created_at": errand.now,
        "updated_at": errand.now,
    }
    told = {"ticket": str(ticket_id), "purpose": purpose, "contact": str(contact_id) if contact_id else None}
    event = errand.event(EventType.SECURE_FORM_REQUESTED, ("secure_form", row["id"]), 1, told)
    return {"secure_form": [row], "event": [event]}
