"""A row that several want to change at once: read, judged and written while nobody else may, by one after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from app.db.commands import Overtaken, Row
from app.db.connections import ScopedConnection
from app.db.pool import Database, Result
from app.db.problems import DATABASE_ERRORS, may_be_repeated, problem_for

_QUEUES: Final[WeakValueDictionary[UUID, asyncio.Lock]] = WeakValueDictionary()
"""Whoever of this process waits for a row waits here, and takes no connection for it."""


class _Held(Database):
    """One connection in its transaction: what fails there has failed altogether."""

    def __init__(self, connection: ScopedConnection) -> None:
        self._connection = connection

    async def _repeatedly(
        self, provider_id: UUID | None, work: Callable[..., Awaitable[Result]], *args: object
    ) -> Result:
        assert self._connection.provider == provider_id
        try:
            return await work(self._connection, *args)
        except DATABASE_ERRORS as error:
            if may_be_repeated(error):
                raise Overtaken from error
            if problem := problem_for(error):
                raise problem from error
            raise


@asynccontextmanager
async def holding(database: Database, provider_id: UUID, row: Row) -> AsyncIterator[Database]:
    """Statements in one transaction that has the row to itself; committed when the block ends."""
    table, id_ = row
    queue = _QUEUES.setdefault(id_, asyncio.Lock())
    async with queue, database.transaction(provider_id) as connection:
        await connection.execute(
            f'SELECT FROM "{table}" WHERE provider_id = $1 AND id = $2 FOR UPDATE', provider_id, id_
        )
        yield _Held(connection)
