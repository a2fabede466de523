"""`clausedesk keys`: one of one's own to begin with, and after a rotation nothing that needs the old ones any more."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from app.base.clock import system_clock
from app.base.settings import read_settings
from app.cli.database import on_database
from app.cli.exits import ExitCode
from app.clients.objects import Objects
from app.db.pool import WORKER_ROLE, Database
from app.sealing.keys import load_sealing_keys, new_sealing_jwk
from app.services.rewrapping import Rewrapped, rewrap_all
from app.tokens.keys import new_private_jwk


class Use(StrEnum):
    """What a key is for, and so which setting takes it."""

    SIGNING = "signing"
    SEALING = "sealing"


def make(
    use: Annotated[Use, typer.Argument(help="For CLAUSEDESK_SIGNING_KEYS or CLAUSEDESK_SEALING_KEYS")],
) -> None:
    """Print a new key as the setting takes it, alone on stdout, and keep it nowhere. To change keys, put the entry of
    the new one before those that are there."""
    key = new_private_jwk() if use is Use.SIGNING else new_sealing_jwk(f"{system_clock():%Y-%m-%dT%H%M%S}")
    print(json.dumps({"keys": [key]}))


def rewrap() -> None:
    """Wrap what is sealed (secrets of webhooks, secure forms, mail as it came) with the first of
    CLAUSEDESK_SEALING_KEYS. Where something could not be opened, keep the old keys."""
    settings = read_settings()
    given = settings.sealing_keys.get_secret_value() if settings.sealing_keys else None
    keys = load_sealing_keys(given, settings.data_dir, development=settings.environment == "development")
    objects = Objects.of(settings)

    async def work(database: Database) -> Rewrapped:
        return await rewrap_all(database, objects, keys)

    done = on_database(settings, work, role=WORKER_ROLE)
    print(f"{done.anew} wrapped with the key {keys.current[0]}, {done.already} were already.")
    for reason, times in done.closed.items():
        print(f"{times} could not be opened: {reason}")
    if done.closed:
        raise typer.Exit(ExitCode.NO)
