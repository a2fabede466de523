"""Commands done once, on what was read: one that comes again gets its answer again, one overtaken starts anew."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from app.base.errors import Problem
from app.db.commands import Overtaken, Row
from app.db.holding import holding
from app.db.idempotency import kept_answer
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand

_TRIES = 8

Answer = TypeVar("Answer")


class AnsweredBefore(Exception):  # noqa: N818 - it reads as what happened
    """This very request was answered already."""

    def __init__(self, answer: StoredAnswer) -> None:
        super().__init__()
        self.answer = answer


def check_version(present: int, expected: int | None) -> None:
    """A change rests on the version that was read; None: on any."""
    if expected is not None and expected != present:
        raise Problem("precondition_failed")


async def check_repeated(errand: Errand, row: Mapping[str, Any]) -> None:
    """Asked as soon as the facts are there, before anything is judged: what was answered stays answered."""
    if errand.repeat is None or row["kept_until"] is None:
        return
    kept = await kept_answer(errand.database, errand.provider_id, row, errand.repeat, errand.now)
    if kept is not None:
        raise AnsweredBefore(kept)


async def once(attempt: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
    """The answer of a command that may be repeated."""
    try:
        try:
            return await attempt()  # nearly always enough, and a coroutine less to wake at each step
        except Overtaken:
            pass
        return await persistently(attempt, begun=1)
    except AnsweredBefore as before:
        return before.answer


async def persistently(attempt: Callable[[], Awaitable[Answer]], begun: int = 0) -> Answer:
    """Gather, decide and write again where something else was written in between; `begun`: so often already."""
    for tried in range(begun, _TRIES):
        try:
            return await attempt()
        except Overtaken as overtaken:
            if overtaken.refusal is not None and tried > 0:
                raise overtaken.refusal from None
    raise Problem("conflict", "Others change this at the same moment; repeat in a little while.")


def in_turn(errand: Errand, attempt: Callable[[Errand], Awaitable[Answer]]) -> Callable[[], Awaitable[Answer]]:
    """Attempts at what many may change at once: whoever was overtaken has the row to themselves the next time."""
    lost: Row | None = None

    async def tried() -> Answer:
        nonlocal lost
        row, lost = lost, None
        try:
            if row is None:
                return await attempt(errand)
            async with holding(errand.database, errand.provider_id, row) as held:
                return await attempt(replace(errand, database=held))
        except Overtaken as overtaken:
            lost = overtaken.row
            raise

    return tried
