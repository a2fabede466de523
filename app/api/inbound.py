"""Mail comes in at this door, from the gateway that has received it; staff see what became of it."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from app.api.callers import GATEWAY, STAFF
from app.api.deps import DeskDep
from app.api.errands import ErrandDep, answered, sent
from app.api.etags import IfNoneMatch, as_known
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.schemas.fields import Id
from app.schemas.inbound import InboundMail, MailState
from app.schemas.listing import Listed
from app.services.mail import browsing
from app.services.mail.receiving import receive
from app.services.mail.view import mail_view

router = desk_router("/v1/inbound/email", "inbound")

# Nothing at all is a mail that cannot be read, and is kept as one.
_MAIL: Final[dict[str, Any]] = {
    "requestBody": {
        "required": False,
        "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}},
    }
}
MailId = Annotated[Id, Path(description="Id of the mail")]


@router.post(
    "",
    operation_id="receive_mail",
    summary="Hand over a mail as it came",
    status_code=201,
    dependencies=GATEWAY,
    responses={201: {"model": InboundMail}, 200: {"model": InboundMail, "description": "This very mail came before"}},
    openapi_extra=_MAIL,
)
async def receive_mail(request: Request, desk: DeskDep, errand: ErrandDep) -> Response:
    """Kept first, once however often it is sent, and answered with what became of it, unreadable mail too."""
    return sent(await receive(errand, desk.mailroom, await request.body()))


@router.get(
    "",
    operation_id="list_mail",
    summary="Mail that came in, the latest first",
    dependencies=STAFF,
    responses={200: {"model": Listed[InboundMail]}},
)
async def list_mail(
    errand: ErrandDep, page: PageDep, state: Annotated[MailState | None, Query(description="What became of it")] = None
) -> Response:
    after = page.after(tuple[Id])
    rows = await browsing.listed(errand, state, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=mail_view)


@router.get(
    "/{mail}",
    operation_id="read_mail",
    summary="What became of one mail",
    dependencies=STAFF,
    responses={200: {"model": InboundMail}},
)
async def read_mail(errand: ErrandDep, mail: MailId, if_none_match: IfNoneMatch = None) -> Response:
    return as_known(answered(mail_view(await browsing.read(errand, mail))), if_none_match, {})


@router.get(
    "/{mail}/source",
    operation_id="read_mail_source",
    summary="The mail as it came",
    dependencies=STAFF,
    responses={200: {"content": {"message/rfc822": {}}, "description": "Byte for byte"}},
    response_class=Response,
)
async def read_mail_source(desk: DeskDep, errand: ErrandDep, mail: MailId) -> Response:
    """As a download: nothing in it is shown or run here."""
    headers = {
        "Content-Disposition": f'attachment; filename="{mail}.eml"',
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(await browsing.source(errand, desk.mailroom, mail), 200, headers, "message/rfc822")
