"""The provider's own people, and what their rows allow them."""

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.callers import ADMINS, STAFF
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import Active, PageDep
from app.api.routing import desk_router
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.schemas.staff import Staff, StaffCreate, StaffPatch, StaffRole
from app.services.administration import staff as people

router = desk_router("/v1/staff", "administration")

StaffName = Annotated[str, Path(max_length=254, description="Id or address")]
_STAFF: dict[int | str, dict[str, Any]] = {200: {"model": Staff}}


@router.get(
    "", operation_id="list_staff", summary="The staff", responses={200: {"model": Listed[Staff]}}, dependencies=STAFF
)
async def list_staff(
    errand: ErrandDep,
    page: PageDep,
    role: Annotated[StaffRole | None, Query(description="What they are")] = None,
    active: Active = None,
    department: Annotated[ShortText | None, Query(description="Who works in it")] = None,
) -> Response:
    after = page.after(tuple[Id])
    rows = await people.listed(errand, after[0] if after else None, (role, active, department), page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=people.staff_view)


@router.post(
    "",
    operation_id="create_staff",
    summary="Add somebody",
    status_code=201,
    responses={201: {"model": Staff}},
    dependencies=ADMINS,
)
async def create_staff(errand: RepeatableErrand, body: StaffCreate) -> Response:
    return sent(await people.create(errand, body))


@router.get("/{staff}", operation_id="read_staff", summary="One of the staff", responses=_STAFF, dependencies=STAFF)
async def read_staff(errand: ErrandDep, staff: StaffName, if_none_match: IfNoneMatch = None) -> Response:
    view = await people.read(errand, staff)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch(
    "/{staff}",
    operation_id="change_staff",
    summary="Change what somebody is and may",
    responses=_STAFF,
    dependencies=ADMINS,
)
async def change_staff(errand: ErrandDep, staff: StaffName, body: StaffPatch, version: DemandedVersion) -> Response:
    """A merge patch. It counts from their next call; nobody changes their own role."""
    view = await people.change(errand, staff, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.post(
    "/{staff}/deactivate",
    operation_id="deactivate_staff",
    summary="Switch somebody off",
    responses=_STAFF,
    dependencies=ADMINS,
)
async def deactivate_staff(errand: RepeatableErrand, staff: StaffName, version: ExpectedVersion) -> Response:
    """They are out at their next call. Nobody switches themselves off."""
    return sent(await people.switch(errand, staff, version, active=False))


@router.post(
    "/{staff}/activate",
    operation_id="activate_staff",
    summary="Switch somebody on",
    responses=_STAFF,
    dependencies=ADMINS,
)
async def activate_staff(errand: RepeatableErrand, staff: StaffName, version: ExpectedVersion) -> Response:
    return sent(await people.switch(errand, staff, version, active=True))
