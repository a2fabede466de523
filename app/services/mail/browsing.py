"""Mail that came in, for staff: what became of each, and each as it came."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.db.inbound import list_mail, read_mail
from app.sealing.envelope import CannotUnseal
from app.services.errands import Errand
from app.services.mail.mailroom import Mailroom


async def listed(errand: Errand, state: str | None, before: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    """The latest first."""
    return await list_mail(errand.database, errand.provider_id, errand.principal, state, before, fetch)


async def read(errand: Errand, mail: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await read_mail(errand.database, errand.provider_id, errand.principal, mail)
    if row is None:
        raise Problem("not_found")
    return row


async def source(errand: Errand, room: Mailroom, mail: UUID) -> bytes:
    """Byte for byte."""
    row = await read(errand, mail)
    if row["storage_key"] is None:
        raise Problem("not_found", "The mail is not kept any more.")
    kept = b"".join([chunk async for chunk in await room.objects.get(row["storage_key"])])
    try:
        return room.unsealed(kept, errand.provider_id, mail)
    except CannotUnseal as error:
        raise Problem("conflict", str(error)) from None
