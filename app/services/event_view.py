"""An event as it is shown outside: in the feed, and in what webhooks send."""

from typing import Any

from app.base.events import INTERNAL
from app.db.log import Logged

TOMBSTONE = "tombstone"
"""Type of an entry whose content is for staff alone: it keeps the place, so that positions have no gap."""


def event_view(event: Logged, provider: str, *, for_staff: bool = False) -> dict[str, Any]:
    if event.type in INTERNAL and not for_staff:
        return {
            **_place(event, provider),
            "type": TOMBSTONE,
            "subject": {"kind": event.subject_kind, "id": event.subject_id},
            "actor": None,
            "data": {},
        }
    return {
        **_place(event, provider),
        "type": event.type,
        "subject": {"kind": event.subject_kind, "id": event.subject_id},
        "actor": {"kind": event.actor_kind, "id": event.actor_id},
        "data": event.data,
    }


def _place(event: Logged, provider: str) -> dict[str, Any]:
    return {"id": event.id, "position": event.position, "occurred_at": event.occurred_at, "provider": provider}
