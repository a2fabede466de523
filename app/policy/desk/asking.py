"""An administrative action asked for in a ticket that exists, or outside any."""

from datetime import datetime

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.life import Desk
from app.policy.situation import Request, Situation
from app.policy.tickets.ticket import Ticket


def ask_for_action(
    policy: CompiledPolicy, request: Request, desk: Desk, ticket: Ticket | None, at: datetime
) -> Decision:
    """Judge the action by the account, what is said now, and what the ticket says already; no ticket is made."""
    known = dict(ticket.facts) if ticket is not None else {}
    situation = Situation(
        account=desk.account,
        account_named=desk.account_named,
        candidates=desk.candidates,
        reseller=desk.reseller,
        incidents=desk.incidents,
        ticket=ticket is not None and ticket.open,
    )
    return decide(policy, request.model_copy(update={"facts": {**known, **request.facts}}), situation, at)
