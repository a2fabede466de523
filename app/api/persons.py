"""One person's data: given out, and erased."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from app.api.callers import ADMINS
from app.api.deps import DeskDep
from app.api.errands import ErrandDep, answered
from app.api.etags import IfNoneMatch, as_known
from app.api.routing import desk_router
from app.schemas.fields import Id
from app.schemas.persons import PersonErased, PersonExport
from app.services import persons

router = desk_router("/v1/persons/{contact}", "administration")

ContactId = Annotated[Id, Path(description="Id of somebody who is, or was, listed")]


@router.get(
    "/export",
    operation_id="export_person",
    summary="All that is kept about one person",
    dependencies=ADMINS,
    responses={200: {"model": PersonExport}},
)
async def export_person(errand: ErrandDep, contact: ContactId, if_none_match: IfNoneMatch = None) -> Response:
    """By administrators, for the person who asks for it."""
    return as_known(answered(await persons.export(errand, contact)), if_none_match, {})


@router.post(
    "/erase",
    operation_id="erase_person",
    summary="Erase all that is kept about one person",
    dependencies=ADMINS,
    responses={200: {"model": PersonErased}},
)
async def erase_person(errand: ErrandDep, desk: DeskDep, contact: ContactId) -> Response:
    """For good: names and addresses, what they wrote, uploaded and mailed. The log of what happened stays."""
    return answered(await persons.erase(errand, desk.objects, contact))
