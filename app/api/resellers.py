"""Resellers: the tree that the provider's administrators keep, and that each of them sees from its own place."""

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.callers import ADMINS, STAFF_AND_RESELLERS
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import Active, ExternalRef, PageDep
from app.api.routing import desk_router
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.schemas.resellers import Reseller, ResellerCreate, ResellerPatch
from app.services.administration import resellers

router = desk_router("/v1/resellers", "administration")

ResellerName = Annotated[str, Path(max_length=64, description="Number or id")]
_RESELLER: dict[int | str, dict[str, Any]] = {200: {"model": Reseller}}


@router.get(
    "",
    operation_id="list_resellers",
    summary="Resellers within reach of the caller",
    responses={200: {"model": Listed[Reseller]}},
    dependencies=STAFF_AND_RESELLERS,
)
async def list_resellers(
    errand: ErrandDep,
    page: PageDep,
    parent: Annotated[ShortText | None, Query(description="Number or id")] = None,
    active: Active = None,
    external_ref: ExternalRef = None,
) -> Response:
    """All for staff; for a reseller itself and those below it."""
    after = page.after(tuple[Id])
    rows = await resellers.listed(errand, after[0] if after else None, (parent, active, external_ref), page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=resellers.reseller_view)


@router.post(
    "",
    operation_id="create_reseller",
    summary="Make a reseller",
    status_code=201,
    responses={201: {"model": Reseller}},
    dependencies=ADMINS,
)
async def create_reseller(errand: RepeatableErrand, body: ResellerCreate) -> Response:
    return sent(await resellers.create(errand, body))


@router.get(
    "/{reseller}",
    operation_id="read_reseller",
    summary="One reseller",
    responses=_RESELLER,
    dependencies=STAFF_AND_RESELLERS,
)
async def read_reseller(errand: ErrandDep, reseller: ResellerName, if_none_match: IfNoneMatch = None) -> Response:
    view = await resellers.read(errand, reseller)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch(
    "/{reseller}", operation_id="change_reseller", summary="Change a reseller", responses=_RESELLER, dependencies=ADMINS
)
async def change_reseller(
    errand: ErrandDep, reseller: ResellerName, body: ResellerPatch, version: DemandedVersion
) -> Response:
    """A merge patch. Under another parent it takes its whole tree along."""
    view = await resellers.change(errand, reseller, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.post(
    "/{reseller}/deactivate",
    operation_id="deactivate_reseller",
    summary="Switch a reseller off",
    responses=_RESELLER,
    dependencies=ADMINS,
)
async def deactivate_reseller(errand: RepeatableErrand, reseller: ResellerName, version: ExpectedVersion) -> Response:
    """It and its API clients are out at the next call; its customers stay its customers."""
    return sent(await resellers.switch(errand, reseller, version, active=False))


@router.post(
    "/{reseller}/activate",
    operation_id="activate_reseller",
    summary="Switch a reseller on",
    responses=_RESELLER,
    dependencies=ADMINS,
)
async def activate_reseller(errand: RepeatableErrand, reseller: ResellerName, version: ExpectedVersion) -> Response:
    return sent(await resellers.switch(errand, reseller, version, active=True))
