"""Connections kept for whoever asks next: at most so many, made when they are needed.

asyncpg's own pool wraps each loan in a proxy, futures and timers, which cost more than a small statement does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final
from uuid import UUID

import asyncpg

_UNSURE: Final = object()
_IDLE_SECONDS: Final = 300.0
"""Whoever stands between may have forgotten a connection that was silent for longer."""


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """A connection that knows the provider whose rows Postgres lets it see. None: nobody's."""

    __slots__ = ("idle_since", "provider")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider: object = None
        self.idle_since = 0.0

    async def scope(self, provider_id: UUID | None) -> None:
        if self.is_in_transaction():
            # A setting made here would be lost with a rollback, and the next request would see this one's rows.
            raise RuntimeError("a connection changes its provider only between transactions")
        if self.provider == provider_id:
            return
        self.provider = _UNSURE
        await self.execute("SELECT set_config('app.provider', $1, false)", str(provider_id or ""))
        self.provider = provider_id


class Connections:
    """`connect` makes one. Whoever took one gives it back, whatever happened."""

    def __init__(self, connect: Callable[[], Awaitable[ScopedConnection]], most: int, patience: float) -> None:
        """`patience`: so many seconds one is waited for."""
        self._connect = connect
        self._most = most
        self._patience = patience
        self._size = 0
        self._idle: list[ScopedConnection] = []
        self._lent: set[ScopedConnection] = set()
        self._waiting: deque[tuple[float, asyncio.Future[ScopedConnection | None]]] = deque()
        """Each until when, the first of them first."""
        self._alarm: asyncio.TimerHandle | None = None
        self._closing = False
        self._none_left = asyncio.Event()

    def get_size(self) -> int:
        return self._size

    def get_idle_size(self) -> int:
        return len(self._idle)

    def get_max_size(self) -> int:
        return self._most

    def take_idle(self) -> ScopedConnection | None:
        """The one given back last; None: whoever wants one has to wait for it."""
        if self._closing:
            raise asyncpg.InterfaceError("the connections are being closed")
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed() and monotonic() - connection.idle_since <= _IDLE_SECONDS:
                self._lent.add(connection)
                return connection
            connection.terminate()
            self._size -= 1
        return None

    async def take(self) -> ScopedConnection:
        """An idle one, a new one, or one that is given back. TimeoutError: all were taken for too long."""
        if (idle := self.take_idle()) is not None:
            return idle
        if self._size < self._most:
            self._size += 1
        else:
            waiter = self._waiter()
            try:
                handed = await waiter
            except BaseException:
                if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                    self._pass_on(waiter.result())  # handed over and given up at one moment
                raise
            if handed is not None:
                return handed
        try:
            connection = await self._connect()
        except BaseException:
            self._pass_on(None)
            raise
        self._lent.add(connection)
        return connection

    def give_back(self, connection: ScopedConnection) -> None:
        """One whose last statement was interrupted is to be terminated before; one in a transaction goes, too."""
        if connection.is_closed() or self._closing or connection.is_in_transaction():
            self._lent.discard(connection)
            connection.terminate()
            self._pass_on(None)
            return
        self._pass_on(connection)

    async def close(self) -> None:
        """Let each go when it is given back, and return when the last has gone."""
        self._closing = True
        self._none_left.clear()
        while self._idle:
            connection = self._idle.pop()
            self._size -= 1
            await connection.close()
        if self._size:
            await self._none_left.wait()

    def terminate(self) -> None:
        self._closing = True
        for connection in (*self._idle, *self._lent):
            connection.terminate()

    def _pass_on(self, connection: ScopedConnection | None) -> None:
        """To whoever waits longest; None: the place of one that is no more, in which another may be made."""
        while self._waiting:
            _, waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is None:
            self._size -= 1
            if not self._size:
                self._none_left.set()
            return
        self._lent.discard(connection)
        connection.idle_since = monotonic()
        self._idle.append(connection)
        longest = self._idle[0]
        if connection.idle_since - longest.idle_since > _IDLE_SECONDS:
            del self._idle[0]
            self._size -= 1
            longest.terminate()

    def _waiter(self) -> asyncio.Future[ScopedConnection | None]:
        """What one is handed to, or TimeoutError: by one alarm for all who wait, since they come and go much faster."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[ScopedConnection | None] = loop.create_future()
        self._waiting.append((loop.time() + self._patience, waiter))
        if self._alarm is None:
            self._alarm = loop.call_later(self._patience, self._tell_who_waited_too_long, loop)
        return waiter

    def _tell_who_waited_too_long(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm = None
        while self._waiting:
            until, waiter = self._waiting[0]
            if not waiter.done():
                if until > loop.time():
                    self._alarm = loop.call_at(until, self._tell_who_waited_too_long, loop)
                    return
                waiter.set_exception(TimeoutError())
            self._waiting.popleft()
