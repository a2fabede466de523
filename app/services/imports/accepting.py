"""Files that are handed in: kept, answered at once, and worked off by a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Role
from app.db.administration import facts_for_change
from app.db.commands import Command
from app.db.imports import import_rows, read_import
from app.schemas.idempotency import StoredAnswer
from app.schemas.imports import Existing, ImportKind
from app.services.administration import records
from app.services.errands import Errand
from app.services.imports.reading import read_table
from app.services.repeating import once
from app.services.tickets.view import written


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file, and what shall be done with it."""

    content: bytes
    as_csv: bool
    kind: ImportKind | None
    """None: its columns tell."""
    existing: Existing


async def accept(errand: Errand, file: HandedIn) -> StoredAnswer:
    """202 with the import, which can be watched from now on."""
    return await once(partial(_accept, errand, file))


async def _accept(errand: Errand, file: HandedIn) -> StoredAnswer:
    caller, facts = await facts_for_change(
        errand.database, errand.provider_id, errand.principal, "$8::bool AS asked", errand.repeat, True
    )
    await records.check_admin(errand, caller, facts)
    table = read_table(file.content, as_csv=file.as_csv, kind=file.kind)
    row = records.new_row(
        errand,
        state="pending",
        kind=str(table.kind),
        options={"existing": str(file.existing), "csv": file.as_csv, "client": errand.principal.acting_client},
        content=file.content,
        rows_total=len(table.rows),
        rows_done=0,
        rows_failed=0,
        requested_by=errand.principal.key,
    )
    event = records.event(errand, EventType.IMPORT_REQUESTED, row, 1, {"kind": row["kind"], "rows": len(table.rows)})
    headers = {"Location": f"/v1/imports/{row['id']}", "ETag": '"1"'}
    answer = StoredAnswer(202, written(import_view({**row, "finished_at": None})), headers)
    await records.write(errand, Command({"import": [row], "event": [event]}, answer=answer, repeat=errand.repeat))
    return answer


async def read(errand: Errand, import_: UUID) -> dict[str, Any]:
    caller, row = await read_import(errand.database, errand.provider_id, errand.principal, import_)
    if caller.role is not Role.ADMIN:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    return import_view(row)


async def rows_of(
    errand: Errand, import_: UUID, outcome: str | None, after: int, fetch: int
) -> Sequence[Mapping[str, Any]]:
    """What became of its rows so far, in their order."""
    await read(errand, import_)
    return await import_rows(errand.database, errand.provider_id, import_, outcome, after, fetch)


def import_view(row: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        *("id", "kind", "state", "rows_total", "rows_done", "rows_failed", "requested_by", "finished_at", "version"),
        *("created_at", "updated_at"),
    )
    return {**{name: row[name] for name in names}, "existing": row["options"]["existing"]}


def row_view(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("number", "outcome", "code", "detail", "errors")},
        "id": row["subject_id"],
    }
