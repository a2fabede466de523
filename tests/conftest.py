"""A real PostgreSQL for the tests: one server and one database per test process, emptied after each test."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import APP_ROLE, WORKER_ROLE, Database, teach_json
from app.db.schema import metadata
from app.db.tables.providers import Provider
from tests import factories
from tests.frontdesk import FrontDesk, open_front_desk

# How long an example takes says more about the machine than about the law. The fast tier draws the same examples every
# time, so that what fails there was broken by the change; the long tier looks for new ones.
hypothesis.settings.register_profile("fast", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("CLAUSEDESK_TEST_TIER", "fast"))

_STORIES = "tests/stories/"
_PREFIX = "clausedesk-tests-"
_TEMPLATE = "migrated"


class _ByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """The tests of a file go to one worker, and all stories do: they share a running desk."""

    def _split_scope(self, nodeid: str) -> str:
        return _STORIES if nodeid.startswith(_STORIES) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile | None:
    return _ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with EmbeddedPostgres(folder, durable=False, settings=("shared_buffers=32MB",)) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def migrated_template(postgres: EmbeddedPostgres) -> str:
    """Name of a database to clone; nobody connects to it."""
    await _administer(postgres, f"CREATE DATABASE {_TEMPLATE}")
    await migrate(postgres.dsn(_TEMPLATE))
    return _TEMPLATE


NewDatabase = Callable[[str | None], Awaitable[str]]


@pytest.fixture
async def new_database(postgres: EmbeddedPostgres) -> AsyncIterator[NewDatabase]:
    """Makes a database of the test's own from a template (None: an empty one) and gives its DSN."""
    made: list[str] = []

    async def make(template: str | None) -> str:
        name = f"own_{uuid4().hex}"
        await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} STRATEGY file_copy")
        made.append(name)
        return postgres.dsn(name)

    yield make
    for name in made:
        await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def owner_dsn(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """The database of this test process, for the login that owns it."""
    await _administer(postgres, f"CREATE DATABASE desk TEMPLATE {migrated_template} STRATEGY file_copy")
    return postgres.dsn("desk")


@pytest.fixture(scope="session")
async def _owner(owner_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_dsn)
    await teach_json(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(_owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Sees and writes everything: to arrange and to look behind the scenes. All rows go when the test ends."""
    yield _owner
    await _empty(_owner)


async def _empty(connection: asyncpg.Connection) -> None:
    # Triggers protect the records, so they are told to look away.
    empty = "; ".join(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables)
    await connection.execute(f"SET session_replication_role = replica; {empty}; RESET session_replication_role")


@pytest.fixture(scope="session")
async def _app_database(owner_dsn: str) -> AsyncIterator[Database]:
    database = await Database.connect(owner_dsn, role=APP_ROLE, size=4)
    yield database
    await database.close()


@pytest.fixture
def database(_app_database: Database, owner: asyncpg.Connection) -> Database:
    """Postgres as the API sees it."""
    return _app_database


@pytest.fixture
async def worker_database(owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[Database]:
    """Postgres as the worker sees it."""
    database = await Database.connect(owner_dsn, role=WORKER_ROLE, size=2)
    yield database
    await database.close()


@pytest.fixture
async def provider(owner: asyncpg.Connection) -> Provider:
    return await factories.provider(owner)


@pytest.fixture
async def other_provider(owner: asyncpg.Connection) -> Provider:
    return await factories.provider(owner)


async def _administer(postgres: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _sweep() -> None:
    """Remove what killed runs left behind: folders that nobody holds locked."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/postgres.lock"):
        with suppress(OSError), lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - lock.stat().st_mtime > 60:
                shutil.rmtree(lock.parent)


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
async def front(keys_folder: Path, database: Database, owner: asyncpg.Connection) -> AsyncIterator[FrontDesk]:
    """The whole desk behind one door."""
    async with open_front_desk(keys_folder, database, owner) as opened:
        yield opened


@pytest.fixture(scope="module")
async def shared_front(
    keys_folder: Path, _app_database: Database, _owner: asyncpg.Connection
) -> AsyncIterator[FrontDesk]:
    """The same for all the tests of a file; it is emptied after the last of them."""
    async with open_front_desk(keys_folder, _app_database, _owner) as opened:
        yield opened
    await _empty(_owner)
