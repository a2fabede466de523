"""The decision for a request, nothing stored."""

from fastapi.responses import Response

from app.api.answers import JsonAnswer
from app.api.callers import ASKING
from app.api.errands import ErrandDep
from app.api.routing import desk_router
from app.schemas.decisions import DecisionShown
from app.schemas.requests import ClassificationAsk
from app.services.classifications import classify

router = desk_router("/v1/classifications", "classifications")


@router.post(
    "",
    operation_id="classify_request",
    summary="What the desk would say to a request",
    responses={200: {"model": DecisionShown}},
    dependencies=ASKING,
)
async def classify_request(errand: ErrandDep, body: ClassificationAsk) -> Response:
    """The same decision as for a ticket, with its clauses; nothing is stored."""
    return JsonAnswer(await classify(errand, body))
