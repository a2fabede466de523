"""One connection to a database named by an operator, with a plain sentence when that does not work."""

import asyncpg

from app.db.faults import DatabaseFault

# The first that fits says it. None of them quotes the DSN, which may hold a password.
_SENTENCES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "The database refuses this login: check user and password in DATABASE_URL.",
    ),
    (asyncpg.InvalidCatalogNameError, "The server has no database of that name: create it, or correct DATABASE_URL."),
    (
        (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError),
        "The login may not act in the service's roles: run `clausedesk migrate`, or grant clausedesk_app and "
        "clausedesk_worker to it.",
    ),
    (
        asyncpg.TooManyConnectionsError,
        "The database has no connection left: raise its max_connections, or lower CLAUSEDESK_POOL_SIZE.",
    ),
    (asyncpg.CannotConnectNowError, "The database is starting or stopping: try again in a moment."),
    (TimeoutError, "The database does not answer: check the host in DATABASE_URL and the network."),
    (OSError, "The database cannot be reached: check that it runs and that DATABASE_URL names it."),
    (asyncpg.PostgresError, "The database refuses the connection: see its log."),
)
_UNREADABLE = "DATABASE_URL cannot be read: it must look like postgresql://user:password@host:5432/database."


async def connect_once(dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn, timeout=5)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise DatabaseFault(sentence_for(error)) from error


def sentence_for(error: BaseException) -> str:
    return next((sentence for kinds, sentence in _SENTENCES if isinstance(error, kinds)), _UNREADABLE)
