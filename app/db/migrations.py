"""Brings a database to a revision of the schema, one starter at a time."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.base.progress import Progress, unwatched
from app.db.connecting import connect_once
from app.db.faults import DatabaseFault
from app.db.revision import HEAD, revision_of

ROLES = ("clausedesk_app", "clausedesk_worker")
OLDEST_SERVER = 15
_FOLDER = Path(__file__).parents[2] / "alembic"
_NO_RIGHT = (
    "The login {} may not create and grant the roles clausedesk_app and clausedesk_worker: set MIGRATION_DATABASE_URL "
    "to a login that may."
)
_IN_USE = (
    "The schema cannot be changed while something holds its tables for long: end what runs in the database, such as a "
    "report or a backup, and migrate again."
)
_LOCK_TIMEOUT = "1s"
"""Less than a request waits for a lock before it gives up."""
_TRIES, _PAUSE_SECONDS = 60, 1.0
_TRY = f"SELECT pg_try_advisory_lock({0x636C6175})"  # "clau": held by whoever migrates this database


async def migrate(
    dsn: str, revision: str = HEAD, *, runtime_login: str | None = None, watching: Progress = unwatched
) -> None:
    """Up or down to the revision. `runtime_login` may then act in the app's and the worker's role."""
    lock = await connect_once(dsn)
    try:
        # Whoever waited in a statement would be waited for by an index that is built beside others' work.
        while not await lock.fetchval(_TRY):  # noqa: ASYNC110 - another process lets go of it, which sets no event here
            await asyncio.sleep(0.1)
        await _check_rights(lock)
        current = await revision_of(lock)
        downwards = current is not None and (revision == "base" or (revision != "head" and revision < current))
        move = command.downgrade if downwards else command.upgrade
        await _patiently(dsn, lambda config: move(config, revision), _counted(watching, current, revision))
        if runtime_login is not None and not downwards:
            await _grant_roles(lock, runtime_login)
    finally:
        await lock.close()


def script_directory() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


async def _check_rights(connection: asyncpg.Connection) -> None:
    if connection.get_server_version().major < OLDEST_SERVER:
        raise DatabaseFault(
            f"PostgreSQL {connection.get_server_version().major} is too old: {OLDEST_SERVER} or newer is needed."
        )
    missing = await connection.fetchval(
        """SELECT count(*) FROM unnest($1::text[]) AS needed(name) WHERE NOT EXISTS (
             SELECT FROM pg_roles WHERE rolname = needed.name AND pg_has_role(pg_roles.oid, 'MEMBER'))""",
        list(ROLES),
    )
    able = await connection.fetchval("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if missing and not able:
        raise DatabaseFault(_NO_RIGHT.format(await connection.fetchval("SELECT current_user")))


async def _grant_roles(connection: asyncpg.Connection, login: str) -> None:
    for role in ROLES:
        member = await connection.fetchval("SELECT pg_has_role($1, $2, 'MEMBER')", login, role)
        if not member:
            quoted = await connection.fetchval("SELECT quote_ident($1)", login)
            await connection.execute(f"GRANT {role} TO {quoted}")


def _counted(watching: Progress, current: str | None, revision: str) -> Callable[..., None]:
    """What is to be called after each step."""
    low, high = sorted({"base": "", "head": HEAD}.get(name, name) for name in (current or "base", revision))
    steps = sum(low < step.revision <= high for step in script_directory().walk_revisions())
    done = count(1)
    return lambda **_: watching(next(done), steps)


async def _patiently(dsn: str, work: Callable[[Config], object], after_each: Callable[..., None]) -> None:
    """Whoever waits for a lock makes all behind it wait, too: so it waits briefly, lets them pass, and tries again."""
    tries = 0
    while True:
        try:
            await with_alembic(dsn, work, after_each)
        except DBAPIError as error:
            tries += 1
            if getattr(error.orig, "sqlstate", None) != asyncpg.LockNotAvailableError.sqlstate:
                raise
            if tries == _TRIES:
                raise DatabaseFault(_IN_USE) from error
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


async def with_alembic(
    dsn: str, work: Callable[[Config], object], after_each: Callable[..., None] | None = None
) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(dsn, server_settings={"lock_timeout": _LOCK_TIMEOUT}),
        poolclass=NullPool,
    )

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes |= {"connection": connection, "after_each": after_each}
        work(config)

    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == asyncpg.InsufficientPrivilegeError.sqlstate:
            raise DatabaseFault(_NO_RIGHT.format("of DATABASE_URL")) from error
        raise
    finally:
        await engine.dispose()


def _config() -> Config:
    if not _FOLDER.is_dir():
        raise DatabaseFault(f"The migrations are not at {_FOLDER}: run from a complete copy of the program.")
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
