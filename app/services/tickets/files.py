"""Uploaded files named by a ticket or message: from then on they stay, and are seen by whoever sees the message."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.db.attachments import UNLINKED_FOR
from app.db.commands import Files
from app.services.errands import Errand


def naming(errand: Errand, ids: Sequence[UUID], ticket: UUID, message: UUID | None) -> Files | None:
    """What the command that writes the ticket or message adds."""
    if not ids:
        return None
    once = list(dict.fromkeys(ids))
    return Files(once, errand.principal.key, errand.now - UNLINKED_FOR, ticket, message)


def told(ids: Sequence[UUID]) -> dict[str, Any]:
    """For the event's data."""
    return {"attachments": [str(id_) for id_ in dict.fromkeys(ids)]} if ids else {}
