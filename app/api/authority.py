"""May this sender ask for this action on this account?"""

from fastapi.responses import Response

from app.api.callers import ACTING
from app.api.errands import ErrandDep, answered
from app.api.routing import desk_router
from app.schemas.actions import Authority, AuthorityAsk
from app.services.authority import may_ask

router = desk_router("/v1/authority", "actions")


@router.post(
    "",
    operation_id="check_authority",
    summary="May this sender ask for it?",
    responses={200: {"model": Authority}},
    dependencies=ACTING,
)
async def check_authority(errand: ErrandDep, body: AuthorityAsk) -> Response:
    """Judged as the action itself would be, with the clauses; nothing is stored."""
    return answered(await may_ask(errand, body))
