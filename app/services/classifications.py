"""What the desk would say to a request; nothing is stored."""

from typing import Any

from app.base.tracing import span
from app.policy.decide import decide
from app.policy.decision import jsonable
from app.policy.situation import Situation
from app.schemas.requests import ClassificationAsk
from app.services.errands import Errand
from app.services.redacting import without_secrets
from app.services.requests import gather


async def classify(errand: Errand, body: ClassificationAsk) -> dict[str, Any]:
    at = body.at or errand.now
    clean = without_secrets(body)
    given = await gather(errand, clean.body, at, at, clean.redacted)
    around = given.around
    situation = Situation(
        account=around.account,
        account_named=around.account_named,
        candidates=around.candidates,
        reseller=around.reseller,
        incidents=around.incidents,
        topic_candidates=around.topic_candidates,
        signals=around.signals,
        alike=around.alike,
        open_tickets=tuple(ticket.as_open() for ticket in around.open_tickets),
        dry_run=True,
        ticket=True,
    )
    with span("decide"):
        return jsonable(decide(given.policy, given.request, situation, at))
