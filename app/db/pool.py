"""The one pool of connections. Each remembers whose rows it may see, and tells Postgres only when that changes."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from time import perf_counter
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import asyncpg
import orjson

from app.base.metrics import POOL_TIMEOUTS, observe_pool, observe_wait
from app.base.tracing import calling, tracing
from app.db.connecting import sentence_for
from app.db.connections import Connections, ScopedConnection
from app.db.faults import DatabaseFault
from app.db.problems import DATABASE_ERRORS, may_be_repeated, problem_for, unavailable

Result = TypeVar("Result")
Asked = Coroutine[Any, Any, Result]

APP_ROLE: Final = "clausedesk_app"
WORKER_ROLE: Final = "clausedesk_worker"
_TRIES_LEFT: Final = (4, 3, 2, 1, 0)
_INTERRUPTIONS: Final = (asyncio.CancelledError, GeneratorExit, TimeoutError)
"""After one of these nobody knows what the server still does for the connection: it goes."""
_TOLD: Final = {"db.system.name": "postgresql"}


class Database:
    """Postgres as one role sees it. Reads and single statements need no transaction: a statement is atomic alone."""

    def __init__(self, connections: Connections, queue: int = 64) -> None:
        self._connections = connections
        self._queue = queue
        self._waiting = 0

    @classmethod
    async def connect(
        cls,
        dsn: str,
        *,
        role: str = APP_ROLE,
        size: int = 8,
        acquire_seconds: float = 1.5,
        queue: int = 64,
        statement_seconds: float = 5,
        lock_seconds: float = 2,
    ) -> Self:
        """Raise DatabaseFault with one sentence for the operator when there is no way in."""

        async def connect() -> ScopedConnection:
            connection: ScopedConnection = await asyncpg.connect(
                dsn,
                connection_class=ScopedConnection,
                timeout=3,
                # As long as the connection: prepared anew, each would be planned six times before its plan is kept.
                max_cached_statement_lifetime=0,
                command_timeout=statement_seconds + 5,
                server_settings={
                    "role": role,
                    "application_name": role,
                    "timezone": "UTC",
                    "jit": "off",
                    "statement_timeout": str(int(statement_seconds * 1000)),
                    "lock_timeout": str(int(lock_seconds * 1000)),
                    "idle_in_transaction_session_timeout": "15000",
                },
            )
            try:
                await teach_json(connection)
            except BaseException:
                connection.terminate()
                raise
            return connection

        connections = Connections(connect, size, acquire_seconds)
        try:
            connections.give_back(await connections.take())
        except (*DATABASE_ERRORS, ValueError) as error:
            raise DatabaseFault(sentence_for(error)) from error
        observe_pool(role, connections)
        return cls(connections, queue)

    async def close(self) -> None:
        """Let running statements end, then drop what is left."""
        try:
            async with asyncio.timeout(10):
                await self._connections.close()
        except TimeoutError:
            self._connections.terminate()

    @asynccontextmanager
    async def read(self, provider_id: UUID | None) -> AsyncIterator[ScopedConnection]:
        """A connection that sees this provider's rows; each statement on it is committed by itself."""
        try:
            connection = await self._scoped(self._connections.take_idle(), provider_id)
            try:
                yield connection
            except _INTERRUPTIONS:
                connection.terminate()
                raise
            finally:
                self._connections.give_back(connection)
        except DATABASE_ERRORS as error:
            if problem := problem_for(error):
                raise problem from error
            raise

    @asynccontextmanager
    async def transaction(self, provider_id: UUID | None) -> AsyncIterator[ScopedConnection]:
        """The same, all or nothing. Committed when the block ends."""
        with calling("transaction", **_TOLD):
            async with self.read(provider_id) as connection, connection.transaction():
                yield connection

    async def atomically(
        self, provider_id: UUID | None, work: Callable[[ScopedConnection], Awaitable[Result]]
    ) -> Result:
        """`work` in a transaction, done again from its beginning after a deadlock and the like."""

        async def once(connection: ScopedConnection) -> Result:
            async with connection.transaction():
                return await work(connection)

        with calling("transaction", **_TOLD):
            return await self._repeatedly(provider_id, once)

    # Handed on as they are: each coroutine around a statement would be woken and put to sleep with it.
    def fetch(self, provider_id: UUID | None, statement: str, *args: object) -> Asked[list[asyncpg.Record]]:
        return self._ask(provider_id, ScopedConnection.fetch, statement, *args)

    def fetchrow(self, provider_id: UUID | None, statement: str, *args: object) -> Asked[asyncpg.Record | None]:
        return self._ask(provider_id, ScopedConnection.fetchrow, statement, *args)

    def fetchval(self, provider_id: UUID | None, statement: str, *args: object) -> Asked[Any]:
        return self._ask(provider_id, ScopedConnection.fetchval, statement, *args)

    def execute(self, provider_id: UUID | None, statement: str, *args: object) -> Asked[str]:
        return self._ask(provider_id, ScopedConnection.execute, statement, *args)

    async def executemany(self, provider_id: UUID | None, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """With each of these, all or nothing, in one go to the server and back."""
        await self._ask(provider_id, ScopedConnection.executemany, statement, rows)

    async def revision(self) -> str | None:
        """Of the schema, None: never migrated. Asks the database, so it also tells that it answers."""
        try:
            revision: str | None = await self.fetchval(None, "SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            return None
        return revision

    def _ask(
        self, provider_id: UUID | None, how: Callable[..., Awaitable[Any]], statement: str, *args: object
    ) -> Asked[Any]:
        asked = self._repeatedly(provider_id, how, statement, *args)
        return _traced(statement, asked) if tracing() else asked

    async def _repeatedly(
        self, provider_id: UUID | None, work: Callable[..., Awaitable[Result]], *args: object
    ) -> Result:
        for left in _TRIES_LEFT:
            try:
                connection = self._connections.take_idle()
                if connection is None or connection.provider is not provider_id:
                    connection = await self._scoped(connection, provider_id)
                else:
                    observe_wait(0)
                try:
                    return await work(connection, *args)
                except _INTERRUPTIONS:
                    connection.terminate()
                    raise
                finally:
                    self._connections.give_back(connection)
            except DATABASE_ERRORS as error:
                if left and may_be_repeated(error):
                    await asyncio.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - to come apart, not to hide
                    continue
                if problem := problem_for(error):
                    raise problem from error
                raise
        raise unavailable()

    async def _scoped(self, idle: ScopedConnection | None, provider_id: UUID | None) -> ScopedConnection:
        """One that sees this provider's rows: the idle one, or one that is waited for."""
        if idle is None:
            connection = await self._waited_for()
        else:
            connection = idle
            observe_wait(0)
        if connection.provider is not provider_id:
            try:
                await connection.scope(provider_id)
            except BaseException:
                connection.terminate()
                self._connections.give_back(connection)
                raise
        return connection

    async def _waited_for(self) -> ScopedConnection:
        if self._waiting >= self._queue:
            # Whoever comes now would wait in vain: told at once, they come again when there is room.
            POOL_TIMEOUTS.inc()
            raise unavailable()
        began = perf_counter()
        self._waiting += 1
        try:
            connection = await self._connections.take()
        except TimeoutError:
            POOL_TIMEOUTS.inc()
            raise
        finally:
            self._waiting -= 1
        observe_wait(perf_counter() - began)
        return connection


async def _traced(statement: str, asked: Awaitable[Any]) -> Any:
    with calling("sql", **_TOLD, **{"db.query.text": statement}):
        return await asked


async def teach_json(connection: asyncpg.Connection) -> None:
    for name, encoder, decoder in (("json", _to_json, orjson.loads), ("jsonb", _to_jsonb, _from_jsonb)):
        await connection.set_type_codec(name, schema="pg_catalog", format="binary", encoder=encoder, decoder=decoder)


def _to_json(value: object) -> bytes:
    return orjson.dumps(value, default=_as_text, option=orjson.OPT_UTC_Z)


def _to_jsonb(value: object) -> bytes:
    return b"\x01" + _to_json(value)


def _from_jsonb(value: bytes) -> Any:
    return orjson.loads(value[1:])


def _as_text(value: object) -> str:
    if isinstance(value, UUID):  # asyncpg's own kind
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):  # as Postgres reads them into a column
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no form in JSON")
