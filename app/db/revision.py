"""The revision of the schema that this code needs. Revisions are numbered, so that a later one compares greater."""

from typing import Final

import asyncpg

from app.db.connecting import connect_once

HEAD: Final = "0024"
BEHIND: Final = "The database is behind this code: run `clausedesk migrate`."


def is_behind(revision: str | None) -> bool:
    """None: never migrated."""
    return revision is None or revision < HEAD


async def current_revision(dsn: str) -> str | None:
    """That of a database; None: never migrated."""
    connection = await connect_once(dsn)
    try:
        return await revision_of(connection)
    finally:
        await connection.close()


async def revision_of(connection: asyncpg.Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision
