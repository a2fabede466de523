"""Writes down every statement that this version sends to its database, for the next one. `make release-schema`."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from app.base.settings import Settings
from app.db.connections import ScopedConnection
from app.db.revision import HEAD
from app.main import create_app
from tests.api.walking import Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.canaries.sweep import at_work
from tests.frontdesk import FrontDesk
from tests.upgrading.release import Release, write

_ROUNDS_SECONDS = 20
"""The slowest loop of a worker comes round in this time."""


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[dict[str, set[str]]]:
    """By role; listened to on every connection of the pools."""
    found: dict[str, set[str]] = {}
    connects = ScopedConnection.__init__

    def listening(connection: Any, *args: Any, **kwargs: Any) -> None:
        connects(connection, *args, **kwargs)
        role = connection._params.server_settings["role"]

        def note(query: LoggedQuery) -> None:
            if query.exception is None:
                found.setdefault(role, set()).add(query.query)

        connection.add_query_logger(note)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScopedConnection, "__init__", listening)
        yield found


@pytest.mark.timeout(300)
async def test_every_operation_and_what_a_worker_does(
    statements: dict[str, set[str]], front: FrontDesk, owner: asyncpg.Connection, owner_dsn: str
) -> None:
    ground = await Ground.laid(front)
    walk = Walk(operations_of(create_app(Settings()).openapi()), front.client, CALLS, ground.arrange)
    for operation in walk.operations:
        await walk.answered(operation)
    async with at_work(front, owner_dsn):
        await asyncio.sleep(_ROUNDS_SECONDS)
    told = {role: sorted(found) for role, found in statements.items()}
    assert len(told) == 2
    write(Release(HEAD, told))
    print({role: len(found) for role, found in told.items()})
