"""Liveness and readiness: is this process alive, and should it be given requests?"""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.api.deps import DeskDep
from app.api.observed import Drain
from app.api.routing import desk_router
from app.base.errors import Problem
from app.db.pool import Database
from app.db.revision import HEAD

router = desk_router("", "health")


@router.get("/healthz", operation_id="read_health", summary="Alive")
async def read_health() -> Response:
    """Asks nobody, so that a database that is down does not get this process restarted."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", operation_id="read_readiness", summary="Ready for requests")
async def read_readiness(request: Request, desk: DeskDep) -> Response:
    """The database is reachable and at or past the revision this code needs, and the process is not about to stop."""
    drain: Drain = request.app.state.drain
    if drain.draining:
        raise Problem("unavailable", "This process is about to stop.")
    if not await schema_is_ready(desk.database):
        raise Problem("unavailable", "The database is behind this code: run `clausedesk migrate`.")
    return JSONResponse({"status": "ready"})


async def schema_is_ready(database: Database) -> bool:
    """Whether the schema is at or past the revision that this code needs; the problem `unavailable` without answer."""
    revision = await database.revision()
    return revision is not None and revision >= HEAD
