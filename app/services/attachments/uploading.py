"""A file uploaded: judged by its content, stored under a key of ours, waiting to be named by a ticket or message."""

import asyncio
from secrets import token_hex
from typing import IO, Any, Final

import structlog

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Scope
from app.clients.objects import Objects
from app.db.attachments import facts_for_upload
from app.db.callers import CallerRow, Kind
from app.db.commands import Command, carry_out
from app.schemas.idempotency import StoredAnswer
from app.services.attachments.naming import clean_name
from app.services.attachments.reading import attachment_view
from app.services.attachments.sniffing import Content, inspect
from app.services.errands import Errand
from app.services.repeating import check_repeated, once
from app.services.tickets.view import written

_SPEAKERS: Final = frozenset({Scope.SUBMIT, Scope.INBOUND, Scope.EVENTS})
_MOST_UNLINKED: Final = 500
_log = structlog.get_logger("clausedesk.attachments")


async def judge(file: IO[bytes]) -> Content:
    """In a thread: it reads and hashes every byte."""
    return await asyncio.to_thread(inspect, file)


async def upload(errand: Errand, objects: Objects, file: IO[bytes], content: Content, name: str | None) -> StoredAnswer:
    """Only who uploaded a file may name it, within 24 hours; afterwards it goes."""
    return await once(lambda: _attempt(errand, objects, file, content, name))


async def _attempt(
    errand: Errand, objects: Objects, file: IO[bytes], content: Content, name: str | None
) -> StoredAnswer:
    caller, facts = await facts_for_upload(
        errand.database, errand.provider_id, errand.principal, errand.now, errand.repeat
    )
    _check_authority(caller)
    await check_repeated(errand, facts)
    if facts["unlinked"] >= _MOST_UNLINKED:
        raise Problem("conflict", f"{_MOST_UNLINKED} of your files wait to be named by a ticket or message.")
    row = new_attachment(errand, content, name)
    event = errand.event(EventType.ATTACHMENT_UPLOADED, ("attachment", row["id"]), 1, _told(content))
    answer = StoredAnswer(201, written(attachment_view(row)), {"Location": f"/v1/attachments/{row['id']}"})
    file.seek(0)
    # Before the row and outside any transaction: no row ever names an object that is not there.
    await objects.put(row["storage_key"], file)
    plan = Command({"attachment": [row], "event": [event]}, answer=answer, repeat=errand.repeat)
    try:
        await carry_out(errand.database, errand.provider_id, plan, errand.now)
    except BaseException:
        await _withdraw(objects, row["storage_key"])
        raise
    return answer


def new_attachment(errand: Errand, content: Content, name: str | None) -> dict[str, Any]:
    """The row of a file that nothing names yet; its key in the store tells nothing and is never the name given."""
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "ticket_id": None,
        "message_id": None,
        "uploaded_by": errand.principal.key,
        "name": clean_name(name),
        "media_type": content.media_type,
        "size": content.size,
        "digest": content.digest,
        "storage_key": f"{errand.provider_id}/{token_hex(16)}",
        "created_at": errand.now,
    }


def _check_authority(caller: CallerRow) -> None:
    if caller.kind is Kind.SERVICE and not caller.scopes & _SPEAKERS:
        raise Problem("forbidden", "This needs one of the scopes submit, inbound and events.")


def _told(content: Content) -> dict[str, Any]:
    return {"media_type": content.media_type, "size": content.size}


async def _withdraw(objects: Objects, key: str) -> None:
    try:
        await objects.delete([key])
    except Problem:
        _log.warning("object_without_row", key=key)
