"""An administrative action asked for in a ticket that exists, or outside any."""

from datetime import datetime

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.life import Desk
from app.policy.situation import Request, Situation
from app.policy.tickets.ticket import Ticket


def ask_for_action(
    policy: CompiledPolicy,
    request: Request,
    desk: Desk,
    ticket: Ticket | None,
    at: datetime,
    *,
    in_a_ticket: bool = False,
) -> Decision:
    """Judge the action by the account, what is said now, and what the ticket says already; no ticket is made.

    `in_a_ticket`: as if it were asked for in a ticket of its own.
    """
    situation = Situation(
        account=desk.account,
        account_named=desk.account_named,
        candidates=desk.candidates,
        reseller=desk.reseller,
        incidents=desk.incidents,
        ticket=in_a_ticket or (ticket is not None and ticket.open),
    )
    return decide(policy, asked_within(policy, request, ticket), situation, at)


def asked_within(policy: CompiledPolicy, request: Request, ticket: Ticket | None) -> Request:
    """The request with what the ticket says already; an action that has a topic of its own is about that."""
    known = dict(ticket.facts) if ticket is not None else {}
    terms = policy.action(request.action) if request.action is not None else None
    if terms is not None and terms.topic is not None:
        known.pop("topic", None)
    return request.model_copy(update={"facts": {**known, **request.facts}})
