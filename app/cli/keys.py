"""`clausedesk keys rewrap`: after a rotation, nothing needs the old sealing keys any more."""

import typer

from app.base.settings import read_settings
from app.cli.database import on_database
from app.cli.exits import ExitCode
from app.clients.objects import Objects
from app.db.pool import WORKER_ROLE, Database
from app.sealing.keys import load_sealing_keys
from app.services.rewrapping import Rewrapped, rewrap_all


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
