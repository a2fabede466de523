"""What an account's earlier tickets say about a new request."""

from collections.abc import Iterable

from app.base.vocabulary import Outcome, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.language.standard import HELPED_BEFORE
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket

DIAGNOSED = frozenset({"cause", "vector", "repair_did_not_hold", "identity_verified", "verification_method"})
"""What was found about one ticket and says nothing about its successor."""

_ENDED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


def with_history(policy: CompiledPolicy, request: Request, helped: int) -> Request:
    """The request with what is known from before, unless somebody has said it."""
    known = min(helped, policy.most_helped)
    if not known or HELPED_BEFORE in request.facts:
        return request
    return request.model_copy(update={"facts": {**request.facts, HELPED_BEFORE: known}})


def times_helped(tickets: Iterable[Ticket], account: str | None, topic: object) -> int:
    """How many tickets of the account about this topic came to their end with help given."""
    return sum(
        t.account == account and t.decision.topic == topic and t.status in _ENDED and _was_admitted(t)
        for t in tickets
        if account is not None and topic is not None
    )


def _was_admitted(ticket: Ticket) -> bool:
    return ticket.decision.outcome is Outcome.ACCEPTED and ticket.merged_into is None
