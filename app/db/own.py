"""A database for a process that was given none: its own PostgreSQL in the data folder, migrated."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Final

from app.base.progress import Progress, unwatched
from app.db.embedded import EmbeddedPostgres
from app.db.revision import current_revision, is_behind

_MIGRATE: Final = "app.db.migrations:migrate"
"""Loaded where there is something to migrate: what it needs takes 28 MB and a quarter of a second, at every start."""


@contextmanager
def own_database(data_dir: Path, watching: Progress = unwatched) -> Iterator[str]:
    """Its DSN, while it runs; DatabaseFault when the folder is another's or cannot be used. Main thread only."""
    with EmbeddedPostgres(data_dir) as server:
        dsn = server.dsn()
        asyncio.run(_migrate(dsn, watching))
        yield dsn


async def _migrate(dsn: str, watching: Progress) -> None:
    if is_behind(await current_revision(dsn)):
        await resolve_name(_MIGRATE)(dsn, watching=watching)
