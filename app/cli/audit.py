"""`clausedesk audit verify`: whether the log is what was sealed."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.cli.as_json import AsJson, as_text
from app.cli.database import on_database
from app.cli.exits import ExitCode
from app.db.pool import WORKER_ROLE, Database
from app.services.audit import Kept, Verified, verify_all
from app.services.subjects import unknown_provider

_SEALED: Final = re.compile(r"(\S+): (\d+) events?, unbroken, last seal ([0-9a-f]{64})")


def verify(
    *,
    provider: Annotated[str | None, typer.Option(help="Slug of one provider; default: all")] = None,
    kept: Annotated[Path | None, typer.Option(help="What this command once printed: those seals must hold")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every seal of the log, and say whether an event was altered, moved, added or taken away.

    Keep what it prints where nobody who can reach the database can change it, and give it back with --kept: that also
    tells when the end of a log was cut off, or everything was sealed anew.
    """
    seals = _read(kept) if kept is not None else {}

    async def work(database: Database) -> dict[str, Verified]:
        found = await verify_all(database, provider, seals)
        if not found and not seals:
            raise CannotStart(await unknown_provider(database, provider))
        return found

    found = on_database(read_settings(), work, role=WORKER_ROLE)
    lost = [slug for slug in seals if slug not in found and provider in (None, slug)]
    if as_json:
        gone = [{"provider": slug, "gone": True} for slug in lost]
        print(as_text([*(_as_json(slug, one) for slug, one in found.items()), *gone]))
    else:
        for slug, one in found.items():
            print(f"{slug}: {_told(one)}")
        for slug in lost:
            print(f"{slug}: the provider is gone, whose seal was kept")
    if lost or any(one.tampered is not None for one in found.values()):
        raise typer.Exit(ExitCode.NO)


def _read(path: Path) -> dict[str, Kept]:
    try:
        found = [_SEALED.fullmatch(line.strip()) for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise CannotStart(f"{path} cannot be read: name a file with what `clausedesk audit verify` printed.") from None
    seals = {match[1]: Kept(int(match[2]), bytes.fromhex(match[3])) for match in found if match is not None}
    if not seals:
        raise CannotStart(f"{path} holds no seal: name a file with what `clausedesk audit verify` printed.")
    return seals


def _as_json(provider: str, one: Verified) -> dict[str, Any]:
    tampered = one.tampered and asdict(one.tampered)
    return {"provider": provider, "events": one.events, "last_seal": one.seal.hex() or None, "tampered": tampered}


def _told(one: Verified) -> str:
    if one.tampered is None:
        return f"{one.events} {'event' if one.events == 1 else 'events'}, unbroken" + (
            f", last seal {one.seal.hex()}" if one.events else ""
        )
    named = f" (event {one.tampered.event})" if one.tampered.event is not None else ""
    return f"the event at position {one.tampered.position} {one.tampered.what}{named}"
