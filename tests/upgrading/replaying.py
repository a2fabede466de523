"""The version before this one at work: its statements, by its own pool, over and over."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from app.base.errors import Problem
from app.db.pool import Database
from tests.upgrading.release import Release

_NUMBERED = re.compile(r"\$(\d+)")
Outcomes = dict[tuple[str, str], str]
"""By role and statement: how many rows there were, or what Postgres had against it."""


@dataclass
class Replay:
    """Every statement is asked for nothing in particular: it finds no row and changes none, and shows that it can be
    asked. A refusal is an outcome, too: it must be the same one afterwards."""

    release: Release
    pools: Mapping[str, Database]
    asked: int = 0
    slowest: float = 0.0
    differing: dict[str, str] = field(default_factory=dict)

    async def once(self) -> Outcomes:
        return {
            (role, statement): await self._ask(role, statement)
            for role, statements in self.release.statements.items()
            for statement in statements
        }

    async def until(self, stop: asyncio.Event, before: Outcomes) -> None:
        """One whole round at least after it was told to stop."""
        last = False
        while not last:
            last = stop.is_set()
            for (role, statement), outcome in before.items():
                now = await self._ask(role, statement)
                if now != outcome:
                    self.differing[f"{role}: {statement}"] = f"{now} instead of {outcome}"

    async def _ask(self, role: str, statement: str) -> str:
        nothing = [None] * max((int(n) for n in _NUMBERED.findall(statement)), default=0)
        began = time.monotonic()
        try:
            outcome = f"{len(await self.pools[role].fetch(uuid4(), statement, *nothing))} rows"
        except Problem as problem:
            outcome = f"{problem.code} {getattr(problem.__cause__, 'sqlstate', None)}"
        except Exception as error:  # noqa: BLE001 - whatever the driver says is an outcome
            outcome = f"{type(error).__name__} {getattr(error, 'sqlstate', None)}"
        self.asked += 1
        self.slowest = max(self.slowest, time.monotonic() - began)
        return outcome
