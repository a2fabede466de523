"""`clausedesk audit verify`: whether the log is what was sealed."""

from typing import Annotated

import typer

from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.cli.database import on_database
from app.db.pool import WORKER_ROLE, Database
from app.services.audit import Verified, verify_all


def verify(
    provider: Annotated[str | None, typer.Option(help="Slug of one provider; otherwise all")] = None,
) -> None:
    """Recompute every seal of the log. Exit code 1 where an event was altered, moved or taken away.

    Keep the last seal of each provider elsewhere: it also tells when the end of a log was cut off.
    """

    async def work(database: Database) -> dict[str, Verified]:
        return await verify_all(database, provider)

    found = on_database(read_settings(), work, role=WORKER_ROLE)
    if not found:
        raise CannotStart(f"There is no provider {provider!r} here." if provider else "There are no providers here.")
    for slug, one in found.items():
        print(f"{slug}: {_told(one)}")
    if any(one.tampered is not None for one in found.values()):
        raise typer.Exit(1)


def _told(one: Verified) -> str:
    if one.tampered is None:
        return f"{one.events} {'event' if one.events == 1 else 'events'}, unbroken" + (
            f", last seal {one.seal.hex()}" if one.events else ""
        )
    return f"the event at position {one.tampered.position} {one.tampered.what} (event {one.tampered.event})"
