"""Connections that are lent: never more than so many, each handed on whole, none lost by whoever gives up."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.db import connections
from app.db.connections import Connections


class Wire:
    """What a connection is to those who lend it."""

    def __init__(self) -> None:
        self.closed, self.in_transaction, self.idle_since = False, False, 0.0

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    def terminate(self) -> None:
        self.closed = True

    async def close(self) -> None:
        self.closed = True


class Lender(Connections):
    def __init__(self, most: int, patience: float = 1) -> None:
        self.made: list[Any] = []
        self.broken = False
        super().__init__(self._make, most, patience)

    async def _make(self) -> Any:
        await asyncio.sleep(0)
        if self.broken:
            raise OSError
        self.made.append(Wire())
        return self.made[-1]


async def test_the_one_given_back_last_is_lent_first() -> None:
    lender = Lender(3)
    one, two = await lender.take(), await lender.take()
    lender.give_back(one)
    lender.give_back(two)
    assert await lender.take() is two
    assert (lender.get_size(), lender.get_idle_size(), lender.get_max_size()) == (2, 1, 3)


async def test_who_waits_longest_is_served_first_and_nobody_overtakes() -> None:
    lender = Lender(1)
    only = await lender.take()
    served: list[int] = []

    async def use(n: int) -> None:
        connection = await lender.take()
        served.append(n)
        await asyncio.sleep(0)
        lender.give_back(connection)

    tasks = [asyncio.create_task(use(n)) for n in range(5)]
    await asyncio.sleep(0)
    lender.give_back(only)
    await asyncio.gather(use(5), *tasks)
    assert served == [0, 1, 2, 3, 4, 5]
    assert len(lender.made) == 1


async def test_who_gives_up_at_any_moment_loses_no_connection() -> None:
    lender = Lender(2)
    for moment in range(12):
        held = [await lender.take() for _ in range(2)]
        waiting = [asyncio.create_task(lender.take()) for _ in range(2)]
        for step in range(moment):
            if step == 3:
                lender.give_back(held.pop())
            await asyncio.sleep(0)
        waiting[0].cancel()
        for connection in held:
            lender.give_back(connection)
        for done in await asyncio.gather(*waiting, return_exceptions=True):
            if not isinstance(done, BaseException):
                lender.give_back(done)
        assert (lender.get_size(), lender.get_idle_size()) == (2, 2)


async def test_who_waits_too_long_is_told_so() -> None:
    lender = Lender(1, patience=0.01)
    connection = await lender.take()
    with pytest.raises(TimeoutError):
        await lender.take()
    lender.give_back(connection)
    assert await lender.take() is connection


async def test_each_waits_as_long_as_the_others_whenever_they_came() -> None:
    lender = Lender(1, patience=0.03)
    connection = await lender.take()
    loop, began, waited = asyncio.get_running_loop(), list[float](), list[float]()

    async def wait(before: float) -> None:
        await asyncio.sleep(before)
        began.append(loop.time())
        with pytest.raises(TimeoutError):
            await lender.take()
        waited.append(loop.time() - began[len(waited)])

    gone = asyncio.create_task(lender.take())
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(wait(0.01), wait(0.02))
    assert all(seconds > 0.029 for seconds in waited), waited
    assert lender._alarm is None, "nobody waits"
    lender.give_back(connection)
    assert await lender.take() is connection


async def test_what_is_broken_is_made_anew_for_whoever_waits() -> None:
    lender = Lender(1)
    connection = await lender.take()
    waiting = asyncio.create_task(lender.take())
    await asyncio.sleep(0)
    connection.terminate()
    lender.give_back(connection)
    fresh = await waiting
    assert (fresh is connection, lender.get_size()) == (False, 1)
    lender.give_back(fresh)
    fresh.terminate()
    assert await lender.take() is lender.made[2]


async def test_what_is_in_a_transaction_goes_when_it_is_given_back() -> None:
    lender = Lender(1)
    connection = await lender.take()
    connection.in_transaction = True
    lender.give_back(connection)
    assert connection.closed
    assert await lender.take() is lender.made[1]


async def test_what_cannot_be_made_leaves_its_place_to_the_next() -> None:
    lender = Lender(1)
    lender.broken = True
    tries = [lender.take() for _ in range(3)]
    assert [type(error) for error in await asyncio.gather(*tries, return_exceptions=True)] == [OSError] * 3
    lender.broken = False
    assert await lender.take() is lender.made[0]


async def test_what_was_silent_for_long_is_not_lent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lender = Lender(3)
    now = 1000.0
    monkeypatch.setattr(connections, "monotonic", lambda: now)
    both = [await lender.take() for _ in range(2)]
    for connection in both:
        lender.give_back(connection)
    now += 200
    lender.give_back(await lender.take())
    now += 200
    lender.give_back(await lender.take())
    assert [wire.closed for wire in lender.made] == [True, False], "the one that nobody needed has gone"
    now += 301
    assert await lender.take() is lender.made[2]
    assert lender.get_size() == 1


async def test_closing_waits_for_what_is_lent() -> None:
    lender = Lender(2)
    lent, idle = await lender.take(), await lender.take()
    lender.give_back(idle)
    closing = asyncio.create_task(lender.close())
    await asyncio.sleep(0)
    assert (idle.closed, lent.closed, closing.done()) == (True, False, False)
    lender.give_back(lent)
    await closing
    assert (lent.closed, lender.get_size()) == (True, 0)
    with pytest.raises(asyncpg.InterfaceError):
        await lender.take()


async def test_terminating_ends_what_is_lent_as_well() -> None:
    lender = Lender(1)
    lent = await lender.take()
    lender.terminate()
    assert lent.closed
