"""Mail that a server refuses for good: the accounts that list the address have stale contact data."""

from datetime import datetime
from functools import partial
from uuid import UUID

from app.base.events import EventType
from app.db.commands import Command, Update, carry_out
from app.db.log import own_event
from app.db.outbound import current_accounts_of
from app.db.pool import Database
from app.services.repeating import persistently


async def refused_for_good(database: Database, provider_id: UUID, email: str, now: datetime) -> None:
    """Each account that is not known to be out of date yet; `database` acts as the worker."""
    for account in await current_accounts_of(database, provider_id, email.lower()):
        await persistently(partial(_prove, database, provider_id, account, email.lower(), now))


async def _prove(database: Database, provider_id: UUID, account: UUID, email: str, now: datetime) -> None:
    version = (await current_accounts_of(database, provider_id, email)).get(account)
    if version is None:
        return
    told = {"because": "hard_bounce"}
    event = own_event(provider_id, EventType.ACCOUNT_OUTDATED, ("account", account), version + 1, told, now)
    update = Update("account", account, version, {"contact_info_current": False, "updated_at": now})
    await carry_out(database, provider_id, Command({"event": [event]}, update), now)
