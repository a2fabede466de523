"""Work in a process that may die: the answer says of what, and the next question is answered."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.clients.killable import Died, Killable, WorkDied

MODULE = "tests.clients.misbehaving"


@pytest.fixture
async def process() -> AsyncIterator[Killable]:
    killable = Killable(MODULE, 3.0)
    yield killable
    await killable.close()


@pytest.mark.parametrize(
    ("told", "cause"), [("spin", Died.TIME), ("eat", Died.MEMORY), ("break", Died.DEFECT)], ids=str
)
async def test_it_dies_of_what_it_was_told_and_the_next_one_answers(process: Killable, told: str, cause: Died) -> None:
    assert await process.ask([b"hello"]) == b"hello"
    with pytest.raises(WorkDied) as died:
        await process.ask([told.encode()])
    assert died.value.cause is cause
    assert await process.ask([b"hello again"]) == b"hello again"


async def test_whoever_does_not_answer_is_killed() -> None:
    slow = Killable(MODULE, 0.5)
    with pytest.raises(WorkDied) as died:
        await slow.ask([b"sleep"])
    assert died.value.cause is Died.TIME
    await slow.close()


async def test_two_may_be_asked_at_once(process: Killable) -> None:
    asked = [process.ask([str(n).encode()]) for n in range(6)]
    assert await asyncio.gather(*asked) == [str(n).encode() for n in range(6)]


async def test_it_sees_nothing_of_our_environment(process: Killable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    names = (await process.ask([b"environment"])).decode().split()
    assert "PYTHONPATH" in names
    assert not {"DATABASE_URL", "PATH", "HOME"} & set(names)
