"""Events placed as a worker's loop does it, at a given time and without its pauses."""

from collections.abc import Sequence
from datetime import datetime

from app.db.log import providers_with_news
from app.db.pool import Database
from app.services.sequencing import Planner, sequence_one


async def sequence(database: Database, planners: Sequence[Planner], now: datetime) -> int:
    """One round over all providers; how many events got their places."""
    return sum([await sequence_one(database, one, planners, now) for one in await providers_with_news(database)])
