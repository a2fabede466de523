"""One person listed on an account."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from app.api.callers import PEOPLE, SUBMITTING
from app.api.errands import ErrandDep, answered
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.routing import desk_router
from app.schemas.contacts import Contact, ContactPatch
from app.schemas.fields import Id
from app.services import contacts

router = desk_router("/v1/contacts", "contacts")

ContactId = Annotated[Id, Path(description="Id of the contact")]


@router.get(
    "/{contact}",
    operation_id="read_contact",
    summary="One person",
    responses={200: {"model": Contact}},
    dependencies=SUBMITTING,
)
async def read_contact(errand: ErrandDep, contact: ContactId, if_none_match: IfNoneMatch = None) -> Response:
    view = await contacts.read(errand, contact)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch(
    "/{contact}",
    operation_id="change_contact",
    summary="Change a person's data",
    responses={200: {"model": Contact}},
    dependencies=PEOPLE,
)
async def change_contact(
    errand: ErrandDep, contact: ContactId, body: ContactPatch, version: DemandedVersion
) -> Response:
    """A merge patch. Another address is judged as a replacement."""
    view = await contacts.change(errand, contact, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.delete(
    "/{contact}", operation_id="remove_contact", summary="Remove a person", status_code=204, dependencies=PEOPLE
)
async def remove_contact(errand: ErrandDep, contact: ContactId, version: ExpectedVersion) -> Response:
    """Their tokens are refused from now on."""
    await contacts.remove(errand, contact, version)
    return Response(status_code=204)
