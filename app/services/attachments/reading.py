"""Files read: what is known of one, its bytes, and those of a ticket."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.clients.objects import Objects
from app.db.attachments import UNLINKED_FOR, read_attachment
from app.db.tickets import list_attachments
from app.services.errands import Errand
from app.services.tickets.reading import named, there
from app.services.tickets.view import instant


async def read(errand: Errand, attachment: UUID) -> Mapping[str, Any]:
    """Its row; Problem `not_found` for whoever does not see the message that it came with."""
    caller, found = await read_attachment(errand.database, errand.provider_id, errand.principal, attachment, errand.now)
    return there(caller, found)


async def download(
    objects: Objects, row: Mapping[str, Any], part: tuple[int, int] | None = None
) -> AsyncIterator[bytes]:
    return await objects.get(row["storage_key"], part)


async def of_ticket(errand: Errand, ticket: str, after: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    caller, rows = await list_attachments(
        errand.database, errand.provider_id, errand.principal, named(ticket), after, fetch
    )
    there(caller, None if rows is None else {})
    return rows or ()


def attachment_view(row: Mapping[str, Any]) -> dict[str, Any]:
    linked = row["ticket_id"] is not None
    return {
        **{name: row[name] for name in ("id", "name", "media_type", "size")},
        "digest": row["digest"].hex(),
        "ticket": row["ticket_id"],
        "message": row["message_id"],
        "created_at": instant(row["created_at"]),
        "expires_at": None if linked else row["created_at"] + UNLINKED_FOR,
    }
