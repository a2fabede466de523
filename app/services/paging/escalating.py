"""Nobody has answered a call in time: the next person is called, and after the last one the first again."""

from datetime import datetime, timedelta
from typing import Final

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.deliveries import insert_deliveries
from app.db.due import active_providers
from app.db.pages import log_page, unanswered
from app.db.pool import Database
from app.services.paging.calls import next_calls

_MOST: Final = 50


async def escalate(database: Database, now: datetime, patience: timedelta) -> int:
    """How many pages were escalated; each with its calls and event in one transaction."""
    slugs = dict(await active_providers(database))

    async def work(connection: ScopedConnection) -> int:
        pages = await unanswered(connection, now, patience, _MOST)
        for page in pages:
            provider_id = page["provider_id"]
            calls = list(next_calls(page, slugs.get(provider_id, ""), now))
            await insert_deliveries(connection, provider_id, calls, now)
            told = {"call": page["calls"]}
            await log_page(connection, page, uuid7(now), EventType.PAGE_ESCALATED, ("system", None), told, now)
        return len(pages)

    return await database.atomically(None, work)
