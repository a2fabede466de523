"""Mail that came in, for staff: what became of each, and each as it came."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.clients.objects import Objects
from app.db.inbound import list_mail, read_mail
from app.services.errands import Errand


async def listed(errand: Errand, state: str | None, before: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    """The latest first."""
    return await list_mail(errand.database, errand.provider_id, errand.principal, state, before, fetch)


async def read(errand: Errand, mail: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await read_mail(errand.database, errand.provider_id, errand.principal, mail)
    if row is None:
        raise Problem("not_found")
    return row


async def source(errand: Errand, objects: Objects, mail: UUID) -> AsyncIterator[bytes]:
    """Byte for byte."""
    row = await read(errand, mail)
    if row["storage_key"] is None:
        raise Problem("not_found", "The mail is not kept any more.")
    return await objects.get(row["storage_key"])
