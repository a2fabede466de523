"""`clausedesk provider add` and `policy publish`: a document becomes the policy that decides."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.base.clock import system_clock
from app.base.errors import CannotStart, Problem
from app.base.settings import read_settings
from app.cli.as_json import AsJson, as_text
from app.cli.database import on_database
from app.db.pool import WORKER_ROLE, Database
from app.services.policies.publishing import Published
from app.services.policies.publishing import add_provider as store

DocumentFile = Annotated[Path, typer.Argument(help="The policy document.", exists=True, dir_okay=False)]
Begins = Annotated[
    datetime | None, typer.Option("--effective-from", help="In UTC; default: as the document says, or now")
]


def add_provider(file: DocumentFile, *, as_json: AsJson = False) -> None:
    """Add a provider: check its policy and publish it as version 1."""
    _publish(file, None, new=True, as_json=as_json)


def publish(file: DocumentFile, *, effective_from: Begins = None, as_json: AsJson = False) -> None:
    """Publish a new version of a provider's policy. It never changes again."""
    _publish(file, effective_from, new=False, as_json=as_json)


def _publish(file: Path, effective_from: datetime | None, *, new: bool, as_json: bool) -> None:
    text = file.read_text("utf-8")
    now = system_clock()
    wished = effective_from.replace(tzinfo=now.tzinfo) if effective_from is not None else None
    published = on_database(
        read_settings(), lambda database: _store(database, text, now, wished, new), role=WORKER_ROLE
    )
    for warning in published.warnings:
        typer.echo(str(warning), err=True)
    if as_json:
        print(as_text({"version": published.number, "new": published.new, "effective_from": published.effective_from}))
    elif not published.new:
        print(f"Nothing to do: version {published.number} says exactly this.")
    else:
        begins = f"{published.effective_from:%Y-%m-%d %H:%M} UTC"
        print(f"Version {published.number} is published and decides from {begins} on.")


async def _store(database: Database, text: str, now: datetime, begins: datetime | None, new: bool) -> Published:
    try:
        return await store(database, text, now, begins, new=new)
    except Problem as problem:
        faults = "\n".join(f"{fault.pointer or '/'}: {fault.message}" for fault in problem.errors)
        raise CannotStart("\n".join(filter(None, (problem.detail, faults)))) from None
