"""The database that a command works on: the given one, that of the instance that runs, or our own for as long."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from app.base.errors import CODES, CannotStart, Problem
from app.base.progress import Progress, unwatched
from app.base.settings import Settings
from app.db.connecting import connect_once
from app.db.embedded import EmbeddedPostgres
from app.db.faults import DatabaseFault
from app.db.migrations import migrate
from app.db.own import own_database
from app.db.pool import APP_ROLE, Database
from app.db.revision import BEHIND, current_revision, is_behind

Result = TypeVar("Result")


def on_database(settings: Settings, work: Callable[[Database], Awaitable[Result]], *, role: str = APP_ROLE) -> Result:
    """What `work` answers, given a database that is migrated. A problem in it ends the command with its words."""
    with _dsn(settings) as dsn:
        return asyncio.run(_work(dsn, work, role))


async def migrate_given(settings: Settings, watching: Progress = unwatched) -> None:
    """The database of DATABASE_URL, as the login that may create roles; the app's own login may then act in them."""
    app = settings.database_url.get_secret_value() if settings.database_url else None
    owner = settings.migration_database_url.get_secret_value() if settings.migration_database_url else app
    if owner is None:
        raise CannotStart("There is no database: set DATABASE_URL.")
    login = await _login(app) if app is not None and app != owner else None
    await migrate(owner, runtime_login=login, watching=watching)


@contextmanager
def _dsn(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
    elif asyncio.run(_answers(running := EmbeddedPostgres(settings.data_dir).dsn())):
        yield running
    else:
        with own_database(settings.data_dir) as own:
            yield own


async def _answers(dsn: str) -> bool:
    try:
        connection = await connect_once(dsn)
    except DatabaseFault:
        return False
    await connection.close()
    return True


async def _work(dsn: str, work: Callable[[Database], Awaitable[Result]], role: str) -> Result:
    if is_behind(await current_revision(dsn)):
        raise CannotStart(BEHIND)
    database = await Database.connect(dsn, role=role, size=2)
    try:
        return await work(database)
    except Problem as problem:
        raise CannotStart(problem.detail or CODES[problem.code].remedy) from None
    finally:
        await database.close()


async def _login(dsn: str) -> str:
    connection = await connect_once(dsn)
    try:
        login: str = await connection.fetchval("SELECT current_user")
        return login
    finally:
        await connection.close()
