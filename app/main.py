"""The HTTP service: the application with everything it holds, and how it is served."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from importlib.metadata import version

import uvloop
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.middleware.cors import CORSMiddleware

from app.api import (
    accounts,
    actions,
    allowances,
    attachments,
    authority,
    calls,
    classifications,
    clients,
    contacts,
    demo,
    docs,
    events,
    health,
    imports,
    inbound,
    me,
    monitoring,
    notices,
    oauth,
    pages,
    persons,
    policies,
    problems,
    queue,
    quotes,
    reports,
    resellers,
    secure_forms,
    staff,
    status,
    tickets,
    unsubscribing,
    verbs,
    webhooks,
)
from app.api.admission import Admission
from app.api.application import Application
from app.api.compressed import Compressed
from app.api.cors import CORS
from app.api.deps import Desk
from app.api.guard import EdgeGuard
from app.api.observed import Drain, Observed
from app.api.problems import Problems
from app.api.routing import DeskRoute, add_routes
from app.api.server import bound_socket, new_server
from app.base import logging
from app.base.clock import Clock, system_clock
from app.base.errors import CannotStart
from app.base.memory import give_back, seldom_look_for_garbage
from app.base.metrics import serve_metrics
from app.base.settings import Settings
from app.base.tracing import start_tracing
from app.db.own import own_database
from app.db.pool import Database
from app.db.readiness import check_room, check_schema
from app.sealing.keys import load_sealing_keys
from app.services.callers import Callers
from app.tokens.keys import load_keys

ROUTERS = (
    tickets.router,
    health.router,
    oauth.router,
    problems.router,
    me.router,
    policies.router,
    classifications.router,
    authority.router,
    actions.router,
    secure_forms.router,
    secure_forms.pages,
    unsubscribing.router,
    attachments.router,
    verbs.router,
    queue.router,
    reports.router,
    accounts.router,
    allowances.router,
    contacts.router,
    persons.router,
    quotes.router,
    calls.router,
    monitoring.router,
    notices.router,
    status.router,
    resellers.router,
    staff.router,
    clients.router,
    imports.router,
    inbound.router,
    webhooks.router,
    events.router,
    pages.router,
    webhooks.dead_letters,
)


@asynccontextmanager
async def open_desk(settings: Settings, *, clock: Clock = system_clock) -> AsyncIterator[Desk]:
    """Everything a process holds while it runs; closed at the end."""
    secret = settings.signing_keys.get_secret_value() if settings.signing_keys else None
    development = settings.environment == "development"
    keys = load_keys(secret, settings.data_dir, development=development)
    secret = settings.sealing_keys.get_secret_value() if settings.sealing_keys else None
    sealing = load_sealing_keys(secret, settings.data_dir, development=development)
    database = await _connect(settings)
    try:
        await check_schema(database)
        await check_room(database, settings)
        desk = Desk(settings, clock, database, keys, sealing, Callers(settings, keys))
        try:
            yield desk
        finally:
            await desk.close()
    finally:
        await database.close()


async def _connect(settings: Settings) -> Database:
    if settings.database_url is None:
        raise CannotStart("There is no database: set DATABASE_URL.")
    return await Database.connect(
        settings.database_url.get_secret_value(),
        size=settings.pool_size,
        acquire_seconds=settings.pool_timeout_seconds,
        queue=settings.pool_queue,
        statement_seconds=settings.statement_timeout_seconds,
        lock_seconds=settings.lock_timeout_seconds,
    )


def create_app(
    settings: Settings, *, clock: Clock = system_clock, desk: Desk | None = None, with_demo: bool = False
) -> FastAPI:
    """The application. It opens its own desk when it starts, unless it is given one that is open already."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_desk(settings, clock=clock) as opened:
            app.state.desk = opened
            yield

    app = Application(
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
    for router in ROUTERS:
        add_routes(app, router)
    docs.install(app)
    if with_demo:
        demo.install(app, settings)
    app.add_middleware(Problems, origin=settings.origin)
    app.add_middleware(Compressed)
    app.add_middleware(Admission, settings=settings)
    app.add_middleware(EdgeGuard, settings=settings)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS)
    app.add_middleware(Observed, settings=settings, drain=app.state.drain)
    return app


async def _nothing(_: Desk) -> None:
    """Most desks are served as they are."""


def _alone(_: Settings) -> AbstractAsyncContextManager[None]:
    return nullcontext()


def serve(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    prepare: Callable[[Desk], Awaitable[None]] = _nothing,
    announce: Callable[[], None] = lambda: None,
    beside: Callable[[Settings], AbstractAsyncContextManager[None]] = _alone,
    with_demo: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT and return. `prepare` runs before the first request is taken, `announce` after.

    `beside` is open while it serves. `with_demo`: the client area of the demonstration is there.

    Without a database in the settings it brings its own. CannotStart or DatabaseFault say in one sentence what keeps it
    from starting.
    """
    logging.configure(settings.log_level)
    with bound_socket(settings.host, settings.port) as listener, _with_database(settings) as complete:
        start_tracing(settings.traces_url, "clausedesk-api")
        if settings.metrics_port:
            serve_metrics(settings.metrics_host, settings.metrics_port)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(complete, clock, listener, prepare, announce, beside, with_demo))


@contextmanager
def _with_database(settings: Settings) -> Iterator[Settings]:
    if settings.database_url is not None:
        yield settings
        return
    if settings.environment != "development":
        raise CannotStart("There is no database: set DATABASE_URL; only development brings its own.")
    with own_database(settings.data_dir) as dsn:
        yield settings.model_copy(update={"database_url": SecretStr(dsn)})


async def _serve(
    settings: Settings,
    clock: Clock,
    listener: socket.socket,
    prepare: Callable[[Desk], Awaitable[None]],
    announce: Callable[[], None],
    beside: Callable[[Settings], AbstractAsyncContextManager[None]],
    with_demo: bool,
) -> None:
    async with open_desk(settings, clock=clock) as desk:
        await prepare(desk)
        await desk.policies.prepare(clock())
        app = create_app(settings, clock=clock, desk=desk, with_demo=with_demo)
        async with beside(settings):
            give_back()
            seldom_look_for_garbage()
            await new_server(app, settings, announce).serve(sockets=[listener])
