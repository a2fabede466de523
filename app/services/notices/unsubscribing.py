"""Announcements declined by the link in one: no sign-in, and nothing but that can be done with it."""

from datetime import datetime
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.announcing import name_of_provider, unsubscribe
from app.db.pool import Database
from app.mail.tokens import unsubscribed_by
from app.sealing.keys import SealingKeys
from app.services.mail.mailroom import mail_keys
from app.services.shelf import Policies


async def who(policies: Policies, sealing: SealingKeys, provider: str, token: str) -> tuple[UUID, UUID]:
    """Provider and contact that the link was made for; a link that nobody was sent leads nowhere."""
    provider_id = await policies.provider_id(provider)
    contact = unsubscribed_by(mail_keys(sealing, provider_id), token) if provider_id is not None else None
    if provider_id is None or contact is None:
        raise Problem("not_found", "This link is not complete: copy all of it from the mail.")
    return provider_id, contact


async def decline(database: Database, provider_id: UUID, contact: UUID, now: datetime) -> None:
    """Once and for all; again, it changes nothing."""
    await unsubscribe(database, provider_id, contact, EventType.CONTACT_UNSUBSCRIBED, now)


async def called(database: Database, provider_id: UUID) -> str:
    return await name_of_provider(database, provider_id) or ""
