"""API clients: machines that hold a secret, kept by the provider's administrators."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response

from app.api.callers import ADMINS
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import Active, PageDep
from app.api.routing import desk_router
from app.schemas.clients import ApiClient, ClientCreate, ClientPatch, ClientRotate, ClientWithSecret
from app.schemas.fields import Id
from app.schemas.listing import Listed
from app.services.administration import clients

router = desk_router("/v1/clients", "administration")

ClientName = Annotated[str, Path(max_length=255, description="Id or name")]
_CLIENT: dict[int | str, dict[str, Any]] = {200: {"model": ApiClient}}


@router.get(
    "",
    operation_id="list_clients",
    summary="API clients",
    responses={200: {"model": Listed[ApiClient]}},
    dependencies=ADMINS,
)
async def list_clients(errand: ErrandDep, page: PageDep, active: Active = None) -> Response:
    """With the time of their last token."""
    after = page.after(tuple[Id])
    rows = await clients.listed(errand, after[0] if after else None, active, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=lambda row: clients.client_view(errand, row))


@router.post(
    "",
    operation_id="create_client",
    summary="Make an API client",
    status_code=201,
    responses={201: {"model": ClientWithSecret}},
    dependencies=ADMINS,
)
async def create_client(errand: RepeatableErrand, body: ClientCreate) -> Response:
    """Its secret is in this answer and nowhere else: the same request again is answered 409."""
    return sent(await clients.create(errand, body))


@router.get("/{client}", operation_id="read_client", summary="One API client", responses=_CLIENT, dependencies=ADMINS)
async def read_client(errand: ErrandDep, client: ClientName, if_none_match: IfNoneMatch = None) -> Response:
    view = await clients.read(errand, client)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch(
    "/{client}",
    operation_id="change_client",
    summary="Change its name or scopes",
    responses=_CLIENT,
    dependencies=ADMINS,
)
async def change_client(errand: ErrandDep, client: ClientName, body: ClientPatch, version: DemandedVersion) -> Response:
    """A merge patch. Scopes that are taken away are gone at its next call, from tokens already given, too."""
    view = await clients.change(errand, client, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.post(
    "/{client}/rotate",
    operation_id="rotate_client",
    summary="Give it a new secret",
    responses={200: {"model": ClientWithSecret}},
    dependencies=ADMINS,
)
async def rotate_client(
    errand: RepeatableErrand, client: ClientName, body: ClientRotate, version: ExpectedVersion
) -> Response:
    """Both secrets are good for the time of grace, so that no machine is locked out while it changes over."""
    return sent(await clients.rotate(errand, client, timedelta(seconds=body.grace_seconds), version))


@router.post(
    "/{client}/deactivate",
    operation_id="deactivate_client",
    summary="Switch an API client off",
    responses=_CLIENT,
    dependencies=ADMINS,
)
async def deactivate_client(errand: RepeatableErrand, client: ClientName, version: ExpectedVersion) -> Response:
    """Its tokens, and those that act through it, are refused from now on."""
    return sent(await clients.switch(errand, client, version, active=False))


@router.post(
    "/{client}/activate",
    operation_id="activate_client",
    summary="Switch an API client on",
    responses=_CLIENT,
    dependencies=ADMINS,
)
async def activate_client(errand: RepeatableErrand, client: ClientName, version: ExpectedVersion) -> Response:
    return sent(await clients.switch(errand, client, version, active=True))
