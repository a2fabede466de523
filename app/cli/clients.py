"""`clausedesk client create · rotate · list`: machines that call the API with a secret."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.base.vocabulary import Scope
from app.cli.as_json import AsJson, as_text
from app.cli.database import on_database
from app.db.pool import Database
from app.services.clients import Credentials, create_client, rotate_client
from app.services.clients import list_clients as listed
from app.services.subjects import NobodyThere

Result = TypeVar("Result")
Provider = Annotated[str, typer.Option(help="Slug of the provider", show_default=False)]


def create(
    name: Annotated[str, typer.Argument(help="What it is, such as client-area", show_default=False)],
    *,
    provider: Provider,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; repeatable")] = None,
    reseller: Annotated[str | None, typer.Option(help="Number or id of the reseller that it speaks for")] = None,
    as_json: AsJson = False,
) -> None:
    """Create an API client. Its secret is printed now and never again."""
    if (reseller is None) == (scope is None):
        raise typer.BadParameter("give either --scope, at least once, or --reseller")
    now = system_clock()
    made = _answer(lambda database: create_client(database, provider, name, scope or (), reseller, now))
    _show(made, as_json=as_json)


def rotate(
    name: Annotated[str, typer.Argument(help="Name, id or client_id of the client", show_default=False)],
    *,
    provider: Provider,
    grace_hours: Annotated[int, typer.Option(min=0, help="How long the present secret stays good")] = 24,
    as_json: AsJson = False,
) -> None:
    """Give an API client a new secret. It is printed now and never again."""
    grace = timedelta(hours=grace_hours)
    now = system_clock()
    _show(_answer(lambda database: rotate_client(database, provider, name, grace, now)), as_json=as_json)


def list_clients(*, provider: Provider, as_json: AsJson = False) -> None:
    """List a provider's API clients, and when each last got a token."""
    found = _answer(lambda database: listed(database, provider))
    if as_json:
        print(as_text([asdict(client) for client in found]))
        return
    for client in found:
        may = f"reseller {client.reseller}" if client.reseller else " ".join(client.scopes)
        used = f"last used {client.last_used_at:%Y-%m-%d %H:%M} UTC" if client.last_used_at else "never used"
        print(f"{client.id}  {client.name}  {may}  {used if client.active else 'switched off'}")


def _answer(work: Callable[[Database], Awaitable[Result]]) -> Result:
    try:
        return on_database(read_settings(), work)
    except NobodyThere as nobody:
        raise CannotStart(str(nobody)) from None


def _show(credentials: Credentials, *, as_json: bool) -> None:
    if as_json:
        print(as_text({"client_id": credentials.client_id, "client_secret": credentials.secret}))
    else:
        print(f"client_id {credentials.client_id}")
        print(f"client_secret {credentials.secret}")
