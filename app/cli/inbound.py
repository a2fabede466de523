"""`clausedesk inbound`: one mail on stdin, as a mail server pipes it."""

import sys
from typing import Annotated, Final

import typer

from app.base.actor import Principal
from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.settings import Settings, read_settings
from app.base.vocabulary import Role, Scope
from app.cli.database import on_database
from app.cli.exits import ExitCode
from app.clients.objects import Objects
from app.db.faults import DatabaseFault
from app.db.pool import Database
from app.db.subjects import find_service
from app.sealing.keys import load_sealing_keys
from app.services.errands import Errand
from app.services.mail.mailroom import Mailroom
from app.services.mail.reading import MailReader
from app.services.mail.receiving import receive
from app.services.shelf import Policies
from app.services.subjects import unknown_provider

_MOST_BYTES: Final = 48 * 1024 * 1024


def inbound(provider: Annotated[str, typer.Option(help="Slug of the provider", show_default=False)]) -> None:
    """Take in one mail from stdin, and print as JSON what became of it."""
    raw = sys.stdin.buffer.read(_MOST_BYTES)
    settings = read_settings()
    try:
        told = on_database(settings, lambda database: _receive(database, settings, provider, raw))
    except (CannotStart, DatabaseFault) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(ExitCode.LATER) from None
    print(told)


async def _receive(database: Database, settings: Settings, provider: str, raw: bytes) -> str:
    development = settings.environment == "development"
    secret = settings.sealing_keys.get_secret_value() if settings.sealing_keys else None
    sealing = load_sealing_keys(secret, settings.data_dir, development=development)
    objects = Objects.of(settings)
    room = Mailroom(objects, MailReader(settings.mail_gateway), sealing)
    policies = Policies(database)
    provider_id = await policies.provider_id(provider)
    if provider_id is None:
        raise CannotStart(await unknown_provider(database, provider))
    gateway = await find_service(database, provider_id, [Scope.INBOUND])
    if gateway is None:
        command = f"clausedesk client create mail --provider {provider} --scope inbound"
        raise CannotStart(f"Mail comes in by an API client with the scope inbound; make one: {command}")
    principal = Principal(provider, Role.SERVICE, gateway.id, scopes=frozenset({Scope.INBOUND}))
    try:
        answer = await receive(Errand(database, policies, provider_id, principal, system_clock()), room, raw)
    finally:
        await room.reader.close()
    return answer.body.decode()
