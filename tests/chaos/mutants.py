"""Ways to lose or double something, planted to see that the harness sees them. Delays make it no matter of luck."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.db import commands, pool
from app.db.deliveries import settle
from app.schemas.deliveries import Attempt, Claimed, Tried
from app.services.delivering import Deliveries

_A_WHILE, _LATE = 0.25, 4.0
_SETTLED: set[asyncio.Task[Any]] = set()
_fetchrow, _connect = pool.Database.fetchrow, pool.Database.connect
_EVENTS = re.compile(
    r'(new_event AS \(\n  INSERT INTO "event" \(([^)]*)\)\n  SELECT [^\n]*\n  FROM )'
    r"(guard|keyed)(.*?\$(\d+)\) AS new)\)"
)


@dataclass(frozen=True)
class Mutant:
    plant: Callable[[], None]
    """Changes the code of the processes forked from now on."""
    caught_by: tuple[str, ...]
    """Counts of which one at least is above zero then."""
    faults: tuple[str, ...]
    """Which bring it to light."""
    postgres: tuple[str, ...] = ()


def _writes(change: Callable[[Any, Any, str, tuple[object, ...]], Any]) -> None:
    """Whatever a command writes goes through here."""

    async def fetchrow(self: Any, provider_id: Any, statement: str, *args: object) -> Any:
        if not statement.startswith("WITH ") or " AS guarded" not in statement:
            return await _fetchrow(self, provider_id, statement, *args)
        return await change(self, provider_id, statement, args)

    pool.Database.fetchrow = fetchrow  # type: ignore[method-assign] # a planted fault


def _in_a_while(work: Any) -> None:
    async def later() -> None:
        await asyncio.sleep(_A_WHILE)
        await work

    task = asyncio.create_task(later())
    _SETTLED.add(task)
    task.add_done_callback(_SETTLED.discard)


def acknowledge_first() -> None:
    async def change(self: Any, provider_id: Any, statement: str, args: tuple[object, ...]) -> Any:
        _in_a_while(_fetchrow(self, provider_id, statement, *args))
        return {"guarded": 1, "files": []}

    _writes(change)


def no_idempotency_row() -> None:
    """None that the next request with the key would find; rows are written beside one."""
    elsewhere = commands._KEYED.replace("$4", "left($4, 0) || gen_random_uuid()")
    assert elsewhere != commands._KEYED
    commands._KEYED = elsewhere  # type: ignore[misc] # a planted fault


def event_after_commit() -> None:
    async def change(self: Any, provider_id: Any, statement: str, args: tuple[object, ...]) -> Any:
        found = _EVENTS.search(statement)
        assert found is not None, statement
        without = f"{found[1]}(SELECT * FROM {found[3]} WHERE false) AS {found[3]}{found[4]})"
        done = await _fetchrow(self, provider_id, statement.replace(found[0], without), *args)
        if done is not None and done["guarded"]:
            rows = args[int(found[5]) - 1]
            columns = ", ".join(f"new.{name.strip()}" for name in found[2].split(","))
            insert = (
                f"INSERT INTO event ({found[2]}) SELECT {columns} FROM jsonb_populate_recordset(NULL::event, $1) AS new"
            )
            _in_a_while(self.execute(provider_id, insert, rows))
        return done

    _writes(change)


def unguarded(statement: str) -> str:
    """Neither the version nor the number of the change: both would refuse the second one."""
    blind = statement.replace("row.version = $2", "$2::bigint IS NOT NULL")
    found = _EVENTS.search(blind)
    return blind.replace(found[0], f"{found[0][:-1]} ON CONFLICT DO NOTHING)") if found else blind


def no_state_guard() -> None:
    async def change(self: Any, provider_id: Any, statement: str, args: tuple[object, ...]) -> Any:
        await asyncio.sleep(_A_WHILE)
        return await _fetchrow(self, provider_id, unguarded(statement), *args)

    _writes(change)


def done_before_delivered() -> None:
    async def attempt(self: Deliveries, claimed: Claimed) -> bool:
        await settle(self.database, [Tried(claimed, Attempt(delivered=True), self.clock(), None, 0)])
        await asyncio.sleep(_A_WHILE)
        return (await self.by_kind[claimed.kind](claimed, self.clock())).delivered

    Deliveries.attempt = attempt  # type: ignore[method-assign] # a planted fault


def back_late() -> None:
    async def connect(*args: Any, **given: Any) -> pool.Database:
        await asyncio.sleep(_LATE)
        return await _connect(*args, **given)

    pool.Database.connect = connect  # type: ignore[method-assign] # a planted fault


_REPLICA, _WORKER, _DATABASE = "kill -9 of a replica", "kill -9 of a worker", "crash of PostgreSQL"
MUTANTS = {
    "acknowledge_first": Mutant(acknowledge_first, ("lost",), (_REPLICA, _DATABASE)),
    "no_idempotency_row": Mutant(no_idempotency_row, ("duplicates",), (_REPLICA, "reset")),
    "event_after_commit": Mutant(event_after_commit, ("without event",), (_REPLICA, _DATABASE)),
    "no_state_guard": Mutant(no_state_guard, ("doubled",), (_REPLICA, "lock")),
    "done_before_delivered": Mutant(done_before_delivered, ("undelivered",), (_WORKER,)),
    "back_late": Mutant(back_late, ("slow recoveries",), (_REPLICA,)),
    "synchronous_commit_off": Mutant(
        lambda: None,
        ("lost",),
        (_DATABASE,),
        ("synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=1GB"),
    ),
}
