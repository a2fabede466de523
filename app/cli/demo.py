"""`clausedesk demo`: everything at once, with examples to try."""

import asyncio
from typing import Annotated

import typer

from app.api.deps import Desk
from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.cli.beside import beside_the_api
from app.cli.database import migrate_given
from app.cli.progress import progress
from app.cli.tour import read_tour, welcome
from app.db.pool import WORKER_ROLE, Database
from app.main import serve
from app.services.demonstration import load_demonstration


def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: CLAUSEDESK_HOST")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: CLAUSEDESK_PORT")] = None,
) -> None:
    """Start everything, load the example providers with their policies and accounts, and print how to try it.

    Started again, it finds what is there.
    """
    settings = read_settings(host=host, port=port)
    if settings.environment != "development":
        raise CannotStart("The demonstration is for development: unset CLAUSEDESK_ENVIRONMENT, or run `serve`.")
    if not settings.outbound_networks:
        # Whoever tries webhooks out receives them on their own machine.
        settings = settings.model_copy(update={"outbound_networks": "127.0.0.0/8,::1/128"})
    if settings.database_url is not None:
        asyncio.run(migrate_given(settings))
    page: list[str] = []

    async def prepare(desk: Desk) -> None:
        await _load(desk)
        page.append(await welcome(desk, read_tour()))

    serve(settings, prepare=prepare, announce=lambda: print(*page, flush=True), beside=beside_the_api, with_demo=True)


async def _load(desk: Desk) -> None:
    assert desk.settings.database_url is not None
    database = await Database.connect(desk.settings.database_url.get_secret_value(), role=WORKER_ROLE, size=1)
    try:
        with progress("Loading the examples") as watching:
            await load_demonstration(database, desk.clock(), watching)
    finally:
        await database.close()
