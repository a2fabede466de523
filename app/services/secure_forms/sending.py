"""The mail with the link of a form: to whom, and what is in it. Made when it is sent, so the link is kept nowhere."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.pool import Database
from app.db.secure_forms import form_to_send
from app.sealing.keys import SealingKeys
from app.services.secure_forms.links import link_of


@dataclass(frozen=True, slots=True, repr=False)
class LinkToSend:
    email: str
    name: str | None
    language: str | None
    """BCP 47, of the ticket."""
    purpose: str
    reference: str | None
    """Of the ticket."""
    link: str
    expires_at: datetime


async def link_to_send(
    database: Database, keys: SealingKeys, origin: str, provider_id: UUID, form: UUID, now: datetime
) -> LinkToSend | None:
    """For an event `secure_form.requested` that names a contact; None where nobody is to be sent anything any more."""
    row = await form_to_send(database, provider_id, form, now)
    if row is None:
        return None
    plain = {name: row[name] for name in ("email", "name", "language", "purpose", "reference", "expires_at")}
    return LinkToSend(link=link_of(keys, origin, row["provider"], provider_id, form), **plain)
