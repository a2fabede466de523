"""Where the link in an announcement leads: a page that asks, and the one click that mail programs make (RFC 8058)."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from app.api.deps import DeskDep, Now
from app.api.errands import Language
from app.api.guard import UNSUBSCRIBE_PATH
from app.api.routing import desk_router
from app.services.notices import unsubscribing
from app.services.notices.unsubscribe_page import unsubscribe_page

router = desk_router(UNSUBSCRIBE_PATH, "notices")

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_From = Annotated[str, Query(alias="from", max_length=63, description="Slug of the provider")]
_By = Annotated[str, Query(max_length=64, description="Who declines, under our seal")]


@router.get("", include_in_schema=False)
async def ask_to_unsubscribe(desk: DeskDep, language: Language, from_: _From, by: _By) -> Response:
    """Looking at a link declines nothing: mail scanners look at every one."""
    provider_id, _ = await unsubscribing.who(desk.policies, desk.sealing, from_, by)
    name = await unsubscribing.called(desk.database, provider_id)
    return HTMLResponse(unsubscribe_page(language, name, done=False), headers=_HEADERS)


@router.post("", include_in_schema=False)
async def unsubscribe(desk: DeskDep, now: Now, language: Language, from_: _From, by: _By) -> Response:
    """Neither a token nor what the form says is asked for: the link is the authority."""
    provider_id, contact = await unsubscribing.who(desk.policies, desk.sealing, from_, by)
    await unsubscribing.decline(desk.database, provider_id, contact, now)
    name = await unsubscribing.called(desk.database, provider_id)
    return HTMLResponse(unsubscribe_page(language, name, done=True), headers=_HEADERS)
