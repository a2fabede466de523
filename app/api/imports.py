"""Accounts and contacts by the many: handed in as a file, watched, and told of row by row."""

from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query, Request
from fastapi.responses import Response

from app.api.bodies import demanded
from app.api.callers import ADMINS
from app.api.errands import ErrandDep, KeyedErrand, answered, sent
from app.api.etags import IfNoneMatch, etag, unchanged
from app.api.negotiation import AS_TABLE, Form, WantedTable
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.api.spreadsheets import as_csv
from app.schemas.fields import Id
from app.schemas.imports import Existing, Import, ImportKind, ImportRow
from app.schemas.listing import Listed
from app.services.imports.accepting import HandedIn, accept, read, row_view, rows_of
from app.services.imports.reading import MOST_ROWS

router = desk_router("/v1/imports", "administration")

MEDIA_TYPES: Final = ("text/csv", "application/x-ndjson", "application/jsonl")
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
    }
}
_ROWS: Final[dict[int | str, dict[str, Any]]] = {200: {"model": Listed[ImportRow], "content": AS_TABLE}}


@router.post(
    "",
    operation_id="create_import",
    summary="Hand in accounts or contacts as a file",
    status_code=202,
    dependencies=ADMINS,
    responses={202: {"model": Import}},
    openapi_extra=_FILE,
)
async def create_import(
    request: Request,
    errand: KeyedErrand,
    kind: Annotated[ImportKind | None, Query(description="Left out: told by the columns")] = None,
    existing: Annotated[Existing, Query(description="What to do where it is there already")] = Existing.REFUSE,
) -> Response:
    """Each row is then worked off like a single request of yours, by the same rules; watch it under `Location`."""
    content = demanded(await request.body(), "the file")
    media_type = request.headers["content-type"].partition(";")[0].strip().lower()
    file = HandedIn(content, media_type == MEDIA_TYPES[0], kind, existing)
    return sent(await accept(errand, file))


@router.get(
    "/{import}",
    operation_id="read_import",
    summary="How far an import is",
    dependencies=ADMINS,
    responses={200: {"model": Import}},
)
async def read_import(
    errand: ErrandDep,
    import_: Annotated[Id, Path(alias="import", description="Id of the import")],
    if_none_match: IfNoneMatch = None,
) -> Response:
    view = await read(errand, import_)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.get(
    "/{import}/rows",
    operation_id="list_import_rows",
    summary="What became of each row",
    dependencies=ADMINS,
    responses=_ROWS,
)
async def list_import_rows(
    errand: ErrandDep,
    page: PageDep,
    form: WantedTable,
    import_: Annotated[Id, Path(alias="import", description="Id of the import")],
    outcome: Annotated[
        Literal["created", "changed", "kept", "failed"] | None, Query(description="What became of them")
    ] = None,
) -> Response:
    """In their order; rows that were not reached yet are not there. As CSV all of them at once."""
    if form is Form.CSV:
        table = map(row_view, await rows_of(errand, import_, outcome, 0, MOST_ROWS))
        return as_csv("import", list(ImportRow.model_fields), table)
    after = page.after(tuple[int])
    rows = await rows_of(errand, import_, outcome, after[0] if after else 0, page.fetch)
    return page.answer(rows, position=lambda row: (row["number"],), view=row_view)
