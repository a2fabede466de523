"""What a process asks of its database before it starts: a schema that is not behind, and room for all of them."""

from typing import Final

from app.base.errors import CannotStart, Problem
from app.base.settings import Settings
from app.db.pool import Database
from app.db.revision import BEHIND, is_behind

# What a login may have at most, which a role or a database can narrow further.
_ALLOWED: Final = """
SELECT least(
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0),
  (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user),
  (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))"""


async def check_schema(database: Database) -> None:
    """CannotStart where it is behind this code, or does not answer."""
    try:
        revision = await database.revision()
    except Problem as problem:
        raise CannotStart(problem.detail) from None
    if is_behind(revision):
        raise CannotStart(BEHIND)


async def check_room(database: Database, settings: Settings) -> None:
    """CannotStart where replicas times pool size do not fit: some of them would start, and fail when it is busiest."""
    allowed: int = await database.fetchval(None, _ALLOWED)
    api, worker = settings.replicas * settings.pool_size, settings.worker_replicas * settings.worker_pool_size
    if api + worker <= allowed:
        return
    raise CannotStart(
        f"The database takes {allowed} connections, and {api + worker} may be wanted: {settings.replicas} × "
        f"{settings.pool_size} by the API and {settings.worker_replicas} × {settings.worker_pool_size} by workers. "
        "Raise its max_connections, or lower CLAUSEDESK_POOL_SIZE, CLAUSEDESK_WORKER_POOL_SIZE or the replicas that "
        "CLAUSEDESK_REPLICAS and CLAUSEDESK_WORKER_REPLICAS tell of."
    )
