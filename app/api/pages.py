"""Pages: who is called out, and who has answered."""

from typing import Annotated, Literal

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.callers import STAFF
from app.api.errands import ErrandDep, answered
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.schemas.fields import Id
from app.schemas.listing import Listed
from app.schemas.pages import Page
from app.services.paging import answering

router = desk_router("/v1/pages", "pages")

State = Literal["triggered", "acknowledged", "resolved"]


@router.get(
    "",
    operation_id="list_pages",
    summary="People called out",
    responses={200: {"model": Listed[Page]}},
    dependencies=STAFF,
)
async def list_pages(
    errand: ErrandDep,
    page: PageDep,
    state: Annotated[State | None, Query(description="How it stands")] = None,
) -> Response:
    """The latest first."""
    after = page.after(tuple[Id])
    rows = await answering.listed(errand, after[0] if after else None, state, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=answering.page_view)


@router.post(
    "/{page}/acknowledge",
    operation_id="acknowledge_page",
    summary="Say that you are at it",
    responses={200: {"model": Page}},
    dependencies=STAFF,
)
async def acknowledge_page(errand: ErrandDep, page: Annotated[Id, Path(description="Id of the page")]) -> Response:
    """Nobody else is called then. Taking the ticket, or answering it, says the same."""
    return answered(await answering.acknowledge(errand, page))
