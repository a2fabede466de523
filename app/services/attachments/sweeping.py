"""Files that nothing ever named go: first the object, then the row, so that what is left of a crash is swept again."""

from datetime import datetime, timedelta
from typing import Final

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.clients.objects import Objects
from app.db.attachments import UNLINKED_FOR, expired_attachments, forget_attachments
from app.db.pool import Database

# Nobody can name them any more by the clock of any process, however it drifts.
_MARGIN: Final = timedelta(hours=1)


async def sweep_attachments(database: Database, objects: Objects, now: datetime, most: int = 100) -> int:
    """How many went; call again while it is `most`. `database` acts as the worker."""
    rows = await expired_attachments(database, now - UNLINKED_FOR - _MARGIN, most)
    if rows:
        await objects.delete([row["storage_key"] for row in rows])
        ids = [row["id"] for row in rows]
        await forget_attachments(database, ids, [uuid7(now) for _ in ids], EventType.ATTACHMENT_EXPIRED, now)
    return len(rows)
