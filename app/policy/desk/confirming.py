"""A held administrative action, confirmed in the client area by a listed person."""

from dataclasses import dataclass
from datetime import datetime

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision
from app.policy.desk.allowed import Hindrance
from app.policy.life import Desk, decide_again_from_the_start
from app.policy.situation import Sender
from app.policy.tickets.happenings import happened
from app.policy.tickets.ticket import Ticket
from app.policy.verbs.authority import standing_of

_REFUSING = (Outcome.REFUSED, Outcome.AUTO_CLOSED)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is decided then, and the ticket; where something stands in the way, that, and nothing is to be kept."""

    decision: Decision
    ticket: Ticket
    hindrance: Hindrance | None = None


def confirm(policy: CompiledPolicy, ticket: Ticket, by: Sender, desk: Desk, at: datetime) -> Confirmation:
    """As if the one who confirms had asked for it in the client area, with the confirmation given."""
    if ticket.request.action is None or not ticket.held:
        return Confirmation(ticket.decision, ticket, Hindrance("conflict", of_state=True))
    if by.role is not None:
        return Confirmation(ticket.decision, ticket, Hindrance("forbidden"))
    if standing_of(policy, ticket, desk, by) is None:
        return Confirmation(ticket.decision, ticket, Hindrance("person_not_listed"))
    action = policy.action(ticket.request.action)
    facts = dict(ticket.facts)
    if action is not None and "confirmation" in action.requires:
        facts[action.confirmation or "confirmed"] = True
    asked = ticket.changed(request=ticket.request.model_copy(update={"sender": by}), facts=facts)
    decision, after = decide_again_from_the_start(policy, asked, desk, at, confirmed=True)
    still = after.held and decision.reason == ticket.decision.reason
    if still or decision.outcome in _REFUSING:
        reason = decision.reason or "forbidden"
        return Confirmation(decision, ticket, Hindrance(reason, still, decision.citations, decision.missing))
    return Confirmation(decision, happened(policy, ticket, after, None, at))
