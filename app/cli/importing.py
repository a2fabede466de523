"""`clausedesk import`: a file of accounts or contacts, worked off while one watches."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from app.base.actor import Principal
from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.progress import Progress
from app.base.settings import read_settings
from app.base.vocabulary import Role
from app.cli.as_json import as_text
from app.cli.database import on_database
from app.cli.exits import ExitCode
from app.cli.progress import progress
from app.db.pool import WORKER_ROLE, Database
from app.db.providers import find_provider
from app.db.subjects import admins_named
from app.schemas.idempotency import IdempotentRequest
from app.schemas.imports import Existing, ImportKind
from app.services.errands import Errand
from app.services.imports.accepting import HandedIn, accept, read, row_view, rows_of
from app.services.imports.reading import MOST_ROWS
from app.services.imports.working import Importing
from app.services.shelf import Policies
from app.services.subjects import unknown_provider

_PAUSE = 0.5


def import_file(
    file: Annotated[
        Path, typer.Argument(help="CSV with a head (.csv), or one JSON object a line.", exists=True, dir_okay=False)
    ],
    provider: Annotated[str, typer.Option(help="Slug of the provider", show_default=False)],
    by: Annotated[str | None, typer.Option(help="Address of the administrator; default: the only one")] = None,
    kind: Annotated[ImportKind | None, typer.Option(help="Default: told by the columns")] = None,
    existing: Annotated[Existing, typer.Option(help="What to do where it is there already")] = Existing.REFUSE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the import and its failed rows as JSON")] = False,
) -> None:
    """Import accounts or contacts, each row by the rules of a single request.

    Called again with the same file it goes on where it stopped, and does no row twice.
    """
    handed_in = HandedIn(file.read_bytes(), file.suffix.lower() == ".csv", kind, existing)
    with progress(file.name) as watching:
        told, failed = on_database(
            read_settings(), lambda database: imported(database, provider, by, handed_in, watching), role=WORKER_ROLE
        )
    if as_json:
        print(as_text({**told, "failed": failed}))
    else:
        for row in failed:
            places = " ".join(f"{fault['pointer']}: {fault['message']}" for fault in row["errors"])
            print(f"row {row['number']}: {row['code']}: {places or row['detail']}")
        print(f"{told['rows_done'] - told['rows_failed']} done, {told['rows_failed']} failed")
    if failed:
        raise typer.Exit(ExitCode.NO)


async def imported(
    database: Database, provider: str, by: str | None, file: HandedIn, watching: Progress
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The import when it is done, and its failed rows. Workers that run may have a hand in it."""
    errand = await _errand(database, provider, by, file)
    id_ = UUID(orjson.loads((await accept(errand, file)).body)["id"])
    importing = Importing(database, errand.policies, system_clock)
    while (told := await read(errand, id_))["state"] not in ("done", "failed"):
        watching(told["rows_done"], told["rows_total"])
        if not await importing.work():
            await asyncio.sleep(_PAUSE)
    watching(told["rows_done"], told["rows_total"])
    return told, [row_view(row) for row in await rows_of(errand, id_, "failed", 0, MOST_ROWS)]


async def _errand(database: Database, provider: str, by: str | None, file: HandedIn) -> Errand:
    """As the administrator: the log names who brought it in. The same file is the same request."""
    provider_id = await find_provider(database, provider)
    if provider_id is None:
        raise CannotStart(await unknown_provider(database, provider))
    admins = await admins_named(database, provider_id, by)
    if len(admins) != 1:
        who = f"an administrator of the address {by}" if by else "one administrator alone: name whom with --by"
        raise CannotStart(f"{provider} does not have {who}.")
    principal = Principal(provider, Role.ADMIN, admins[0])
    said = f"{principal.key}\n{file.as_csv}\n{file.kind}\n{file.existing}\n".encode()
    digest = sha256(said + file.content)
    repeat = IdempotentRequest(f"file/{digest.hexdigest()}", principal.key, digest.digest())
    return Errand(database, Policies(database), provider_id, principal, system_clock(), None, repeat)
