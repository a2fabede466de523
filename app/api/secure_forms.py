"""Secure forms: credentials handed over by a link that works once, and shown to staff once."""

from pathlib import Path as File
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, Response

from app.api.callers import STAFF, SUBMITTING
from app.api.deps import DeskDep, Now
from app.api.errands import ErrandDep, RepeatableErrand, answered
from app.api.etags import IfNoneMatch, etag, unchanged
from app.api.inline import digests
from app.api.notes import note_of
from app.api.routing import desk_router
from app.schemas.fields import Id
from app.schemas.secure_forms import (
    SecureForm,
    SecureFormAsk,
    SecureFormFill,
    SecureFormFilled,
    SecureFormMade,
    SecureFormRevealed,
)
from app.services.tickets.forms import asking
from app.services.tickets.forms.filling import Visit, fill
from app.services.tickets.forms.revealing import reveal

router = desk_router("/v1/secure-forms", "secure forms")
pages = desk_router("/forms", "secure forms")

FormId = Annotated[Id, Path(description="Id of the form")]
_PAGE = (File(__file__).parents[1] / "web" / "secure_form.html").read_text("utf-8")


_PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            f"script-src {digests(_PAGE, 'script')}",
            f"style-src {digests(_PAGE, 'style')}",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
}


@router.post(
    "",
    operation_id="ask_for_secure_form",
    summary="Ask somebody for credentials",
    status_code=201,
    responses={201: {"model": SecureFormMade}},
    dependencies=STAFF,
)
async def ask_for_secure_form(errand: RepeatableErrand, desk: DeskDep, body: SecureFormAsk) -> Response:
    """For staff. The answer shows the link, this once; a `contact` is sent it, too."""
    form = await asking.ask(errand, body, desk.sealing, desk.settings.origin)
    location = {"Location": f"/v1/secure-forms/{form['id']}", "ETag": etag(form["version"])}
    return answered(form, 201, location)


@router.get(
    "/{form}",
    operation_id="read_secure_form",
    summary="How it stands",
    responses={200: {"model": SecureForm}},
    dependencies=SUBMITTING,
)
async def read_secure_form(errand: ErrandDep, form: FormId, if_none_match: IfNoneMatch = None) -> Response:
    """Never what was filled in."""
    view = await asking.read(errand, form)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.put(
    "/{form}", operation_id="fill_secure_form", summary="Fill it in", responses={200: {"model": SecureFormFilled}}
)
async def fill_secure_form(request: Request, desk: DeskDep, now: Now, form: FormId, body: SecureFormFill) -> Response:
    """By whoever holds the link, once, without a token. A ticket that waited for it goes on."""
    visit = Visit(desk.database, desk.policies, desk.sealing, now, note_of(request.scope).request_id)
    return answered(await fill(visit, form, body.link.get_secret_value(), body.content.get_secret_value()))


@router.post(
    "/{form}/reveal",
    operation_id="reveal_secure_form",
    summary="See what was filled in",
    responses={200: {"model": SecureFormRevealed}},
    dependencies=STAFF,
)
async def reveal_secure_form(errand: RepeatableErrand, desk: DeskDep, form: FormId) -> Response:
    """For staff, once: then it is gone, and the log tells who saw it."""
    return answered(await reveal(errand, form, desk.sealing))


@pages.get("/{form}", include_in_schema=False)
async def show_form_page(form: FormId) -> Response:
    """The page that a link leads to; its script sends what follows `#`, which browsers keep to themselves."""
    del form
    return HTMLResponse(_PAGE, headers=_PAGE_HEADERS)
