"""Secure forms whose time is over: what was filled in and never looked at is gone."""

from datetime import datetime
from typing import Final

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.pool import Database
from app.db.secure_forms import empty_forms, expired_forms

_AT_ONCE: Final = 500


async def expire(database: Database, now: datetime) -> int:
    """Of all providers, as the worker; how many."""
    gone = await expired_forms(database, now, _AT_ONCE)
    if gone:
        ids = [row["id"] for row in gone]
        await empty_forms(database, ids, [uuid7(now) for _ in ids], str(EventType.SECURE_FORM_EXPIRED), now)
    return len(gone)
