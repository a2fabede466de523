"""Tickets that an incident explains."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.events import EventType
from app.services.errands import Errand

Rows = list[dict[str, Any]]


def linked(errand: Errand, tickets: Sequence[Mapping[str, Any]], server: str, notice: UUID) -> tuple[Rows, Rows]:
    """New values of these tickets, and an event for each; `tickets` have id and version."""
    values = [{"id": t["id"], "incident": server, "updated_at": errand.now} for t in tickets]
    told = {"incident": server, "notice": str(notice)}
    events = [errand.event(EventType.TICKET_LINKED, ("ticket", UUID(t["id"])), t["version"] + 1, told) for t in tickets]
    return values, events
