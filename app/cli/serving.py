"""`clausedesk serve`: the API, until it is told to stop."""

from typing import Annotated

import typer

from app.base.settings import read_settings
from app.cli.beside import beside_the_api
from app.main import serve as serve_desk


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: CLAUSEDESK_HOST")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: CLAUSEDESK_PORT")] = None,
) -> None:
    """Serve the API. Without DATABASE_URL it starts its own PostgreSQL in CLAUSEDESK_DATA_DIR."""
    settings = read_settings(host=host, port=port)
    announced = f"Clausedesk answers at {settings.origin}"
    serve_desk(settings, announce=lambda: print(announced, flush=True), beside=beside_the_api)
