"""`clausedesk audit verify`: whether the log is what was sealed."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.cli.database import on_database
from app.db.pool import WORKER_ROLE, Database
from app.services.audit import Kept, Verified, verify_all

_SEALED: Final = re.compile(r"(\S+): (\d+) events?, unbroken, last seal ([0-9a-f]{64})")


def verify(
    provider: Annotated[str | None, typer.Option(help="Slug of one provider; otherwise all")] = None,
    kept: Annotated[Path | None, typer.Option(help="What this command once printed: those seals must hold")] = None,
) -> None:
    """Recompute every seal of the log. Exit code 1 where an event was altered, moved, added or taken away.

    Keep what it prints where nobody who can reach the database can change it, and give it back with --kept: that also
    tells when the end of a log was cut off, or everything was sealed anew.
    """
    seals = _read(kept) if kept is not None else {}

    async def work(database: Database) -> dict[str, Verified]:
        return await verify_all(database, provider, seals)

    found = on_database(read_settings(), work, role=WORKER_ROLE)
    if not found:
        raise CannotStart(f"There is no provider {provider!r} here." if provider else "There are no providers here.")
    for slug, one in found.items():
        print(f"{slug}: {_told(one)}")
    lost = [slug for slug in seals if slug not in found and provider in (None, slug)]
    for slug in lost:
        print(f"{slug}: the provider is gone, whose seal was kept")
    if lost or any(one.tampered is not None for one in found.values()):
        raise typer.Exit(1)


def _read(path: Path) -> dict[str, Kept]:
    try:
        found = [_SEALED.fullmatch(line.strip()) for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise CannotStart(f"{path} cannot be read: name a file with what `clausedesk audit verify` printed.") from None
    seals = {match[1]: Kept(int(match[2]), bytes.fromhex(match[3])) for match in found if match is not None}
    if not seals:
        raise CannotStart(f"{path} holds no seal: name a file with what `clausedesk audit verify` printed.")
    return seals


def _told(one: Verified) -> str:
    if one.tampered is None:
        return f"{one.events} {'event' if one.events == 1 else 'events'}, unbroken" + (
            f", last seal {one.seal.hex()}" if one.events else ""
        )
    named = f" (event {one.tampered.event})" if one.tampered.event is not None else ""
    return f"the event at position {one.tampered.position} {one.tampered.what}{named}"
