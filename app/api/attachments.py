"""Files: uploaded as a form, and served as downloads only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Path, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from app.api.callers import ASKING, FOLLOWING
from app.api.deps import DeskDep
from app.api.errands import ErrandDep, sent
from app.api.etags import IfNoneMatch, matches
from app.api.idempotency import Key, repeatable
from app.api.ranges import IfRange, Range, part_of
from app.api.routing import desk_router
from app.base.errors import Fault, Problem
from app.schemas.attachments import Attachment
from app.schemas.fields import Id
from app.services.attachments.reading import download, read
from app.services.attachments.sniffing import UNKNOWN
from app.services.attachments.uploading import judge, upload

router = desk_router("/v1/attachments", "attachments")

_KIND: Final = "multipart/form-data"
_FIELD: Final = "file"
_MOST_PARTS: Final = 4
# Types that no browser runs anything of; all others are served as bytes without a type.
_PASSIVE: Final = frozenset(
    {"text/plain", "text/csv", "application/pdf", "application/zip", "application/json", "message/rfc822"}
    | {"image/png", "image/jpeg", "image/gif", "image/webp"}
)
_BYTES: Final[dict[str, Any]] = {UNKNOWN: {"schema": {"type": "string", "format": "binary"}}}
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _KIND: {
                "schema": {
                    "type": "object",
                    "required": [_FIELD],
                    "additionalProperties": False,
                    "properties": {_FIELD: {"type": "string", "format": "binary", "minLength": 1}},
                }
            }
        },
    }
}


@router.post(
    "",
    operation_id="upload_attachment",
    summary="Upload a file",
    status_code=201,
    responses={201: {"model": Attachment}},
    openapi_extra=_FORM,
    dependencies=ASKING,
)
async def upload_attachment(request: Request, desk: DeskDep, errand: ErrandDep, key: Key) -> Response:
    """First this, then name its id in a ticket or message: a file that nothing names is gone after 24 hours."""
    async with _uploaded(request) as form:
        if form.size is not None and form.size > desk.settings.max_attachment_bytes:
            raise Problem("too_large", f"A file may have at most {desk.settings.max_attachment_bytes} bytes.")
        content = await judge(form.file)
        repeat = repeatable(request, key, errand.principal.key, content.digest + (form.filename or "").encode())
        return sent(await upload(replace(errand, repeat=repeat), desk.objects, form.file, content, form.filename))


@router.get(
    "/{attachment}",
    operation_id="download_attachment",
    summary="Download a file",
    response_class=Response,
    responses={
        200: {"content": _BYTES},
        206: {"content": _BYTES, "description": "The part that was asked for"},
    },
    dependencies=FOLLOWING,
)
async def download_attachment(
    desk: DeskDep,
    errand: ErrandDep,
    attachment: Annotated[Id, Path(description="Id of the file")],
    if_none_match: IfNoneMatch = None,
    range_: Range = None,
    if_range: IfRange = None,
) -> Response:
    """Never shown in place: to save, whatever it is, in one go or from where it was interrupted."""
    row = await read(errand, attachment)
    headers = {
        "Content-Disposition": _disposition(row["name"]),
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{row["digest"].hex()}"',
    }
    if matches(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    media_type = row["media_type"] if row["media_type"] in _PASSIVE else UNKNOWN
    part = part_of(row["size"], range_, if_range, headers["ETag"])
    begin, end = part or (0, row["size"])
    headers["Content-Length"] = str(end - begin)
    if part is not None:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{row['size']}"
    content, status = await download(desk.objects, row, part), 206 if part is not None else 200
    return StreamingResponse(content, status, headers=headers, media_type=media_type)


class _Form(MultiPartParser):
    """Knows whether it came to its end, and closes also what never became a part of it."""

    ended = False

    def on_end(self) -> None:
        self.ended = True

    def close(self) -> None:
        for file in self._files_to_close_on_error:
            file.close()


@asynccontextmanager
async def _uploaded(request: Request) -> AsyncIterator[UploadFile]:
    """The one file of the form; beyond a megabyte it waits on disk."""
    # Of a request without a body nobody has looked at the type yet.
    if not request.headers.get("content-type", "").lower().startswith(_KIND):
        raise Problem("unsupported_media_type", f"This path takes {_KIND}.", headers={"Accept": _KIND})
    parser = _Form(request.headers, request.stream(), max_files=_MOST_PARTS, max_fields=_MOST_PARTS)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Problem("bad_request", f"The form cannot be read: {error.message}") from None
    except ClientDisconnect:
        raise Problem("bad_request", "The form ended too early.") from None
    try:
        if not parser.ended:
            raise Problem("bad_request", "The form ended too early.")
        parts = form.multi_items()
        faults = [Fault(f"/{_FIELD}", "unknown", "One file, as the part `file`; nothing else belongs here.")]
        if [name for name, _ in parts] != [_FIELD] or not isinstance(parts[0][1], UploadFile):
            raise Problem("invalid", errors=faults)
        yield parts[0][1]
    finally:
        parser.close()


def _disposition(name: str) -> str:
    """RFC 6266: a plain name for all, and the whole one for whoever reads UTF-8."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
