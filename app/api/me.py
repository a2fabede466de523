"""Who am I, what may I do."""

from fastapi.responses import Response

from app.api.callers import ANYBODY
from app.api.errands import ErrandDep, answered
from app.api.routing import desk_router
from app.schemas.callers import Me
from app.services.introduction import introduce

router = desk_router("/v1/me", "me")


@router.get(
    "", operation_id="read_me", summary="Who am I, what may I do", responses={200: {"model": Me}}, dependencies=ANYBODY
)
async def read_me(errand: ErrandDep) -> Response:
    """The row behind the token as it stands now; a policy may still refuse in a given case."""
    return answered(await introduce(errand))
