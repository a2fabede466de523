"""Administrative actions: password recovery, DNS, cancellation, re-install, whatever the policy names."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from app.api.callers import ACTING, CUSTOMERS
from app.api.errands import RepeatableErrand, sent
from app.api.etags import ExpectedVersion
from app.api.routing import desk_router
from app.schemas.actions import Action, ActionAsk
from app.services import actions

router = desk_router("/v1/actions", "actions")

ActionName = Annotated[str, Path(max_length=64, description="Id or reference of the ticket that carries it")]


@router.post(
    "",
    operation_id="ask_for_action",
    summary="Ask for an administrative action",
    status_code=201,
    responses={201: {"model": Action}},
    dependencies=ACTING,
)
async def ask_for_action(errand: RepeatableErrand, body: ActionAsk) -> Response:
    """Role, ticket, verification and confirmation as the policy demands. What is refused is 403 with its clause;
    what is accepted, or waits for something, is kept as a ticket."""
    return sent(await actions.ask(errand, body))


@router.post(
    "/{action}/confirm",
    operation_id="confirm_action",
    summary="Confirm it",
    responses={200: {"model": Action}},
    dependencies=CUSTOMERS,
)
async def confirm_action(errand: RepeatableErrand, action: ActionName, version: ExpectedVersion) -> Response:
    """By a listed person who may ask for it, once: that it is wanted, and that what will be lost may be lost."""
    return sent(await actions.confirm(errand, action, version))
