"""Liveness and readiness: is this process alive, and should it be given requests?"""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.api.observed import Drain
from app.api.routing import desk_router
from app.base.errors import Problem

router = desk_router("", "health")


@router.get("/healthz", summary="Alive")
async def read_health() -> Response:
    """Asks nobody, so that a database that is down does not get this process restarted."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", summary="Ready for requests")
async def read_readiness(request: Request) -> Response:
    """The database is reachable and at or past the revision this code needs, and the process is not about to stop."""
    drain: Drain = request.app.state.drain
    if drain.draining:
        raise Problem("unavailable", "This process is about to stop.")
    return JSONResponse({"status": "ready"})
