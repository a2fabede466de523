"""The first of a provider's own people, who can then make the others: added by whoever runs the desk."""

from datetime import datetime
from uuid import UUID

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.commands import Command, carry_out
from app.db.log import own_event
from app.db.pool import Database
from app.db.providers import find_provider
from app.schemas.staff import StaffCreate
from app.services.subjects import NobodyThere, unknown_provider


async def add_staff(database: Database, provider: str, body: StaffCreate, now: datetime) -> UUID:
    """The new member's id; Problem `already_exists` where the address is taken."""
    provider_id = await find_provider(database, provider)
    if provider_id is None:
        raise NobodyThere(await unknown_provider(database, provider))
    id_ = uuid7(now)
    row = {
        **body.model_dump(),
        "provider_id": provider_id,
        "id": id_,
        "email": body.email.lower(),
        "active": True,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    told = {name: row[name] for name in ("role", "level", "departments", "supervisor")}
    event = own_event(provider_id, EventType.STAFF_CREATED, ("staff", id_), 1, told, now)
    await carry_out(database, provider_id, Command({"staff": [row], "event": [event]}), now)
    return id_
