"""The public status of a provider."""

from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.deps import DeskDep, Now
from app.api.errands import Language, answered
from app.api.etags import IfNoneMatch, as_known
from app.api.negotiation import AS_PAGES, Form, WantedForm, as_page
from app.api.routing import desk_router
from app.base.errors import Problem
from app.schemas.notices import PublicStatus
from app.services.status import public_status, status_page

router = desk_router("/v1/status", "status")

_SHARED = {"Cache-Control": "public, max-age=15", "Vary": "Accept, Accept-Language"}


@router.get(
    "/{provider}",
    operation_id="read_status",
    summary="What is down, what is planned, what has been",
    responses={200: {"model": PublicStatus, "content": AS_PAGES}, 304: {"description": "As you know it"}},
)
async def read_status(
    desk: DeskDep,
    now: Now,
    form: WantedForm,
    language: Language,
    provider: Annotated[str, Path(max_length=63, description="Slug of the provider", examples=["northlight"])],
    days: Annotated[int, Query(ge=0, le=90, description="Of history")] = 7,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """For everybody, and nothing about any customer. Notices to single accounts do not appear."""
    provider_id = await desk.policies.provider_id(provider)
    if provider_id is None:
        raise Problem("not_found")
    view = await public_status(desk.database, provider_id, now, days)
    shown = answered(view) if form is Form.JSON else as_page(status_page(view, language), form, {})
    return as_known(shown, if_none_match, _SHARED)
