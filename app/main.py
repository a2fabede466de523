"""The HTTP service: the application with everything it holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.api import docs, health, problems
from app.api.deps import Desk
from app.api.guard import EdgeGuard
from app.api.observed import Drain, Observed
from app.api.routing import DeskRoute
from app.base.clock import Clock, system_clock
from app.base.settings import Settings
from app.services.callers import Callers
from app.tokens.keys import load_keys

ROUTERS = (health.router, problems.router)


@asynccontextmanager
async def open_desk(settings: Settings, *, clock: Clock = system_clock) -> AsyncIterator[Desk]:
    """Everything a process holds while it runs; closed at the end."""
    secret = settings.signing_keys.get_secret_value() if settings.signing_keys else None
    keys = load_keys(secret, settings.data_dir, development=settings.environment == "development")
    yield Desk(settings, clock, keys, Callers(settings, keys))


def create_app(settings: Settings, *, clock: Clock = system_clock, desk: Desk | None = None) -> FastAPI:
    """The application. It opens its own desk when it starts, unless it is given one that is open already."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_desk(settings, clock=clock) as opened:
            app.state.desk = opened
            yield

    app = FastAPI(
        title="Clausedesk",
        summary="A support desk in which the published support policy runs.",
        version=version("clausedesk"),
        lifespan=None if desk else lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=True,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.drain = Drain()
    if desk is not None:
        app.state.desk = desk
    app.router.route_class = DeskRoute
    problems.install(app, settings.origin)
    for router in ROUTERS:
        app.include_router(router)
    docs.install(app)
    app.add_middleware(EdgeGuard, settings=settings)
    app.add_middleware(Observed, settings=settings, drain=app.state.drain)
    return app
