"""What the desk would say to a request; nothing is stored."""

from app.base.tracing import span
from app.policy import life
from app.policy.decision import written
from app.schemas.requests import ClassificationAsk
from app.services.errands import Errand
from app.services.redacting import Clean, without_secrets
from app.services.repeating import persistently
from app.services.requests import gather
from app.services.tickets.joining import first_ticket


async def classify(errand: Errand, body: ClassificationAsk) -> bytes:
    clean = without_secrets(body)
    return await persistently(lambda: _attempt(errand, clean))


async def _attempt(errand: Errand, clean: Clean[ClassificationAsk]) -> bytes:
    at = clean.body.at or errand.now
    given = await gather(errand, clean.body, at, at, clean.redacted)
    with span("decide"):
        decision, twin = life.classify(given.policy, given.request, given.around, at)
    if twin is not None:
        _, first = await first_ticket(errand, twin)
        decision = decision.changed(targets=first.targets)
    return written(decision)
