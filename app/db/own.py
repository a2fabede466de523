"""A database for a process that was given none: its own PostgreSQL in the data folder, migrated."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.base.progress import Progress, unwatched
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate


@contextmanager
def own_database(data_dir: Path, watching: Progress = unwatched) -> Iterator[str]:
    """Its DSN, while it runs; DatabaseFault when the folder is another's or cannot be used. Main thread only."""
    with EmbeddedPostgres(data_dir) as server:
        dsn = server.dsn()
        asyncio.run(migrate(dsn, watching=watching))
        yield dsn
