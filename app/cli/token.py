"""`clausedesk token`: a development token, alone on stdout."""

import asyncio
from typing import Annotated

import typer

from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.cli.exits import ExitCode
from app.db.embedded import EmbeddedPostgres
from app.db.faults import DatabaseFault
from app.db.pool import Database
from app.services.callers import own_issuer
from app.services.oauth import Mint
from app.services.subjects import NobodyThere, Wanted, token_for
from app.tokens.keys import load_keys
from app.tokens.trust import MAX_LIFE_SECONDS


def token(
    provider: Annotated[str, typer.Option(help="Slug of the provider", show_default=False)],
    role: Annotated[Role, typer.Option(help="Whom the token speaks for", show_default=False)],
    account: Annotated[str | None, typer.Option(help="Number or id of a contact's account")] = None,
    contact: Annotated[str | None, typer.Option(help="E-mail address or login; default: the first of the role")] = None,
    reseller: Annotated[str | None, typer.Option(help="Number or id; default: the first")] = None,
    level: Annotated[int | None, typer.Option(min=1, help="Level of the staff member")] = None,
    department: Annotated[list[str] | None, typer.Option(help="Department of the staff member; repeatable")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="Scope of the service; repeatable; default: all")] = None,
    ttl: Annotated[
        int, typer.Option(min=1, max=MAX_LIFE_SECONDS, help="For how many seconds it is good")
    ] = MAX_LIFE_SECONDS,
) -> None:
    """Print a token for the instance in CLAUSEDESK_DATA_DIR, for trying things out."""
    wanted = Wanted(provider, role, account, contact, reseller, level, department or (), scope or ())
    try:
        print(asyncio.run(_token(Settings(), wanted, ttl)))
    except (CannotStart, DatabaseFault, NobodyThere) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(ExitCode.CANNOT) from None


async def _token(settings: Settings, wanted: Wanted, ttl: int) -> str:
    if settings.environment != "development":
        raise CannotStart("Development tokens are for development; in production API clients ask /v1/oauth/token.")
    database = await _connect(settings)
    try:
        secret = settings.signing_keys.get_secret_value() if settings.signing_keys else None
        keys = load_keys(secret, settings.data_dir, development=True)
        return await token_for(database, wanted, Mint(keys, own_issuer(settings), ttl, system_clock()))
    finally:
        await database.close()


async def _connect(settings: Settings) -> Database:
    if settings.database_url is not None:
        return await Database.connect(settings.database_url.get_secret_value(), size=1)
    try:
        return await Database.connect(EmbeddedPostgres(settings.data_dir).dsn(), size=1)
    except DatabaseFault as fault:
        raise CannotStart(f"Nothing runs in {settings.data_dir}: start it with `make run`.") from fault
