"""Liveness and readiness: is this process alive, and should it be given requests?"""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.api.deps import DeskDep
from app.api.observed import Drain
from app.api.routing import desk_router
from app.base.errors import Problem
from app.db.revision import BEHIND, is_behind

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
    if is_behind(await desk.database.revision()):
        raise Problem("unavailable", BEHIND)
    return JSONResponse({"status": "ready"})
