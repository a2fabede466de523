"""Mail as it came is kept for so long: then the object goes, and after it the word that there is one."""

from datetime import datetime, timedelta

from app.clients.objects import Objects
from app.db.inbound import forget_source, old_mail
from app.db.pool import Database


async def forget_mail(database: Database, objects: Objects, now: datetime, kept_for: timedelta, most: int) -> int:
    """How many went; call again while it is `most`. `database` acts as the worker."""
    rows = await old_mail(database, now - kept_for, most)
    if rows:
        await objects.delete([row["storage_key"] for row in rows])
        await forget_source(database, [row["id"] for row in rows], now)
    return len(rows)
