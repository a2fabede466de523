"""The database's clock: many workers, one time."""

from datetime import datetime, timedelta

from app.base.clock import Clock, system_clock
from app.db.pool import Database


class DatabaseClock:
    """The machine's clock set by the database's; `set` it now and then."""

    def __init__(self, machine: Clock = system_clock) -> None:
        self._machine = machine
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return self._machine() + self._ahead

    async def set(self, database: Database) -> None:
        before = self._machine()
        there: datetime = await database.fetchval(None, "SELECT clock_timestamp()")
        self._ahead = there - (before + (self._machine() - before) / 2)
