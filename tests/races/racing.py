"""A hundred who ask for the same at once, and what is written of it: as much as if one had asked alone."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx2

from app.db.schema import metadata
from tests.api.walking import Arranged, Operation, Walk

MANY: Final = 100
_PATIENCE: Final = 600
_TABLES: Final = [table.name for table in metadata.sorted_tables]
_VERSIONED: Final = [table.name for table in metadata.sorted_tables if "version" in table.columns]
_WRITTEN: Final = "SELECT " + ", ".join(
    [f'(SELECT count(*) FROM "{table}") AS "{table}"' for table in _TABLES]
    + [f'(SELECT sum(version) FROM "{table}") AS "{table}.version"' for table in _VERSIONED]
)
"""Rows of every table, and the sum of their versions: what any change adds to."""
Headers = dict[str, str]
Written = dict[str, int]


@dataclass(frozen=True)
class Finish:
    """How a race ended."""

    answers: list[httpx2.Response]
    written: Written
    """What was added, by table."""

    @property
    def won(self) -> list[httpx2.Response]:
        return [answer for answer in self.answers if answer.is_success]

    @property
    def lost(self) -> Counter[int]:
        return Counter(answer.status_code for answer in self.answers if not answer.is_success)


@dataclass
class Course:
    """Where operations are raced, each about things of its own."""

    walk: Walk
    owner: asyncpg.Connection

    async def alone(self, operation: Operation) -> tuple[Written, Finish]:
        """What one writes who is alone, and how it ends for the next who asks for the same."""
        arranged = await self.walk.fresh(operation)
        before = await self._all()
        answer = await self._asked(operation, arranged, self.walk.key(operation))
        assert answer.is_success, (operation.id, answer.text)
        between = await self._all()
        again = await self._asked(operation, arranged, self.walk.key(operation))
        return _added(before, between), Finish([again], _added(between, await self._all()))

    async def race(self, operation: Operation, *, versioned: bool = False, key: str | None = None) -> Finish:
        """All rest on the version that was read before, or on none; each under its own key, or all under this one."""
        arranged = await self.walk.fresh(operation)
        same = await self._version(operation, arranged) if versioned else {}
        same |= {} if key is None else {"Idempotency-Key": key}
        before = await self._all()
        asked = [self._asked(operation, arranged, self.walk.key(operation) | same) for _ in range(MANY)]
        answers = list(await asyncio.gather(*asked))
        return Finish(answers, _added(before, await self._all()))

    async def _asked(self, operation: Operation, arranged: Arranged, headers: Headers) -> httpx2.Response:
        return await patiently(lambda: self.walk.send(operation, arranged, headers=headers))

    async def _version(self, operation: Operation, arranged: Arranged) -> Headers:
        """What has been read of the thing before; where it cannot be read, it is as it was made."""
        thing = operation.path[: operation.path.rfind("}") + 1]
        reads = {one.path: one for one in self.walk.operations if one.reads}
        reading = (reads.get(operation.path) if operation.method == "PUT" else None) or reads.get(thing)
        if reading is None:
            return {"If-Match": '"1"'}
        shown = await self.walk.send(reading, arranged, who=self.walk.calls[operation.id].who)
        assert shown.is_success, (reading.id, shown.text)
        return {"If-Match": shown.headers["etag"]}

    async def _all(self) -> dict[str, Any]:
        return dict(await self.owner.fetchrow(_WRITTEN))


async def patiently(send: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """As a caller does: a busy desk answers 503, and is asked again."""
    for _ in range(_PATIENCE):
        answer = await send()
        if answer.status_code != 503:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("the desk stayed busy")


def _added(before: Mapping[str, Any], after: Mapping[str, Any]) -> Written:
    added = {name: int(after[name] or 0) - int(before[name] or 0) for name in after}
    return {name: number for name, number in added.items() if number}
