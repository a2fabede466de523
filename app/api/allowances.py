"""Help that is included for an account: the ledger of it."""

from fastapi.responses import Response

from app.api.accounts import AccountName
from app.api.callers import PEOPLE
from app.api.errands import ErrandDep, answered
from app.api.routing import desk_router
from app.schemas.allowances import Allowances
from app.services import allowances

router = desk_router("/v1/accounts/{account}/allowances", "accounts")


@router.get(
    "",
    operation_id="read_allowances",
    summary="What is included, and what is left",
    responses={200: {"model": Allowances}},
    dependencies=PEOPLE,
)
async def read_allowances(errand: ErrandDep, account: AccountName) -> Response:
    """Hours, credits or tickets that the policy includes: granted, drawn by work that was settled, carried, expired."""
    return answered(await allowances.read(errand, account))
