"""What the database refuses, told to the caller: by SQLSTATE, never with a value in it."""

import asyncpg
import structlog

from app.base.errors import Problem

DATABASE_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
RETRY_AFTER = {"Retry-After": "1"}
_SAFE_TO_REPEAT = (
    asyncpg.TransactionRollbackError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)
_BY_STATE = {
    # A server that is no longer the one that writes: after a switch-over, until the connection is made anew.
    "25006": "unavailable",
    "23505": "already_exists",
    "23503": "conflict",
    "23P01": "conflict",
    "23514": "invalid",
    "23502": "invalid",
    "42501": "not_found",
    "55P03": "conflict",
    "55006": "conflict",
    "57014": "unavailable",
}
_BY_CLASS = {
    "08": "unavailable",
    "22": "invalid",
    # A login that was changed before its process was: the open connections go on, and no new one comes about.
    "28": "unavailable",
    "3D": "unavailable",
    "40": "conflict",
    "53": "unavailable",
    "54": "invalid",
    "57": "unavailable",
    "58": "unavailable",
}
_DETAILS = {
    "already_exists": "Something of that name exists already.",
    "conflict": "Another change came first, or what this refers to is not there; read again and repeat.",
    "invalid": "A value is out of range, too long or of the wrong form.",
    "not_found": "",
    "unavailable": "The database does not answer just now.",
}
_log = structlog.get_logger("clausedesk.database")


def problem_for(error: BaseException) -> Problem | None:
    """None: a defect of ours, which nothing that the caller does can mend."""
    state = str(getattr(error, "sqlstate", None) or "")
    if isinstance(error, asyncpg.PostgresError):
        if state == "42501":
            _log.error("right_refused", sqlstate=state, table=error.table_name)
        code = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
    else:
        code = None if isinstance(error, asyncpg.InternalClientError) else "unavailable"
    if code is None:
        return None
    if code == "unavailable":
        _log.warning("database_unavailable", sqlstate=state or None, error=type(error).__name__)
    return Problem(code, _DETAILS[code], headers=RETRY_AFTER if code == "unavailable" else {})


def unavailable() -> Problem:
    return Problem("unavailable", _DETAILS["unavailable"], headers=RETRY_AFTER)


def may_be_repeated(error: BaseException) -> bool:
    """Nothing of it was done, and the same again may well succeed."""
    return isinstance(error, _SAFE_TO_REPEAT)


def violated_constraint(problem: Problem) -> str | None:
    """Name of the constraint behind a problem, for a module of `app/db` that can say more about it."""
    return getattr(problem.__cause__, "constraint_name", None)
