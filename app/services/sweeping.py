"""What happens because time has passed: one round over everything whose time has come."""

from app.base.clock import Clock
from app.db.pool import Database


async def sweep(database: Database, clock: Clock) -> None:
    """Each second, by the database's clock."""
    await database.fetchval(None, "SELECT $1::timestamptz", clock())
