"""What follows from a decision on the account itself, beside the ticket or the event that was decided."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.base.events import EventType
from app.db.commands import Along
from app.policy.decision import Decision
from app.services.errands import Errand

_DECIDED: Final = {"hold_proposed_at": None}


def on_account(
    errand: Errand, decision: Decision, account: Mapping[str, Any] | None
) -> tuple[list[Along], list[dict[str, Any]]]:
    """A hold, or the proposal of one where the policy leaves it to staff; a misused emergency line is counted.

    With their event. What is proposed already is not proposed again.
    """
    values: dict[str, Any] = {}
    kind: EventType | None = None
    for effect in decision.effects if account is not None else ():
        members = effect.model_extra or {}
        if account is not None and effect.type == "staff_review" and members.get("of") == "emergency_abuse":
            values["abuse_count"] = account["abuse_count"] + 1
            kind = kind or EventType.ACCOUNT_MISUSE_COUNTED
        if account is not None and effect.type == "hold_account" and account["state"] == "active":
            if members.get("status") == "done":
                values |= {"state": "on_hold", "held_since": errand.now, "held_reason": None, **_DECIDED}
                kind = EventType.ACCOUNT_HELD
            elif account["hold_proposed_at"] is None:
                values["hold_proposed_at"] = errand.now
                kind = EventType.ACCOUNT_HOLD_PROPOSED
    if account is None or kind is None:
        return [], []
    told: dict[str, Any] = {name: values[name] for name in ("abuse_count", "state") if name in values}
    event = errand.event(kind, ("account", UUID(account["id"])), account["version"] + 1, told)
    return [Along("account", {"id": account["id"]}, {**values, "updated_at": errand.now})], [event]
