"""Which verbs would be let through on a ticket as it stands, and what stands in the way of the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decision import AnyOf, Citation
from app.policy.life import Desk, redeliberate
from app.policy.situation import Request, Sender
from app.policy.stages.admission import sender
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import VERBS, apply, forbidden, prepared
from app.policy.verbs.authority import granted, missing_right
from app.policy.verbs.people import NOT_WHO_THEY_SAY
from app.policy.verbs.step import Result, Step, Transition

_WORK = frozenset({"start_work", "record_work"})
_AFTER_THE_END = frozenset({"diagnose", "override", "reopen", "waive", "settle"})
"""What is refused may turn out to be the provider's own fault, or be allowed after all; money is settled last."""
_REJECTED = (Outcome.REFUSED, Outcome.AUTO_CLOSED)
_EVERYTHING_SAID: Mapping[str, Mapping[str, JsonValue]] = {
    "triage": {
        **dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known"),
        "reproduction_attempt": "reproduced",
    }
}
"""Whether a verb is allowed is asked as if all were said that it may say."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a verb is not let through; `of_state`: what stands in the way may pass."""

    code: str
    of_state: bool = False
    citations: tuple[Citation, ...] = ()
    missing: tuple[str | AnyOf, ...] = ()


def out_of_turn(verb: str, ticket: Ticket) -> bool:
    """Whether the ticket is past the verb, or not yet there, whatever the policy says."""
    if ticket.merged_into is not None or (ticket.rejected and ticket.decision.reason == NOT_WHO_THEY_SAY):
        return True
    if verb == "reopen":
        asked_again = ticket.money.declined
        return (ticket.open and not asked_again) or ticket.decision.outcome in _REJECTED
    if verb == "assign":
        return ticket.assignee is not None or not ticket.open
    if verb == "close":
        return ticket.status is TicketStatus.CLOSED
    return not ticket.open and verb not in _AFTER_THE_END


def let_through(before: Ticket, after: Ticket) -> bool:
    """Whether a verb was carried out: a refused one leaves the very decision that stood."""
    return after.decision is not before.decision


def hindrances(
    policy: CompiledPolicy, ticket: Ticket, verbs: Iterable[str], by: Sender, desk: Desk, at: datetime
) -> dict[str, Hindrance | None]:
    """For each verb what keeps this person from using it now; None where nothing does."""
    d = redeliberate(policy, ticket, desk, at, "")
    return {verb: _hindrance(Step(policy, ticket, _asked(verb, by), desk, at, d)) for verb in verbs}


def _asked(verb: str, by: Sender) -> Transition:
    return Transition(verb=verb, by=by, payload=_EVERYTHING_SAID.get(verb, {}))


def _hindrance(step: Step) -> Hindrance | None:
    """Only the rules that may refuse the verb are asked; what would follow from it is not worked out."""
    policy, ticket, verb = step.policy, step.ticket, step.transition.verb
    if out_of_turn(verb, ticket):
        return Hindrance("conflict", of_state=True)
    closed = verb in _WORK and (ticket.held or ticket.decision.work_gate is not WorkGate.OPEN)
    closed = closed or (verb == "settle" and ticket.unagreed)
    planned = verb == "schedule" and bool(policy.rules.get("schedule"))
    rules = policy.candidates("transition", {**step.d.values, **granted(step.transition.by), "transition": verb})
    judged = any(ready.admits for ready in rules) or missing_right(step) is not None
    if not (judged or closed or planned):
        return _no_excuses(step)
    whole = prepared(policy, ticket, step.transition, step.desk, step.at)
    if (refusal := forbidden(whole)) is not None:
        return _told(refusal)
    if closed:
        refusal = VERBS["start_work" if verb in _WORK else verb](whole)
    elif planned:
        refusal = apply(policy, ticket, step.transition, step.desk, step.at)
    refuses = refusal is not None and not let_through(ticket, refusal[1])
    return _told(refusal, of_state=True) if refusal is not None and refuses else None


def _no_excuses(step: Step) -> Hindrance | None:
    unknown = step.transition.verb == "excuse" and step.policy.document.excuses is None
    return Hindrance("refused_at_discretion") if unknown else None


def writing_hindered(policy: CompiledPolicy, ticket: Ticket, by: Sender, desk: Desk, at: datetime) -> Hindrance | None:
    """What keeps this person from writing to the ticket; to a closed one it would be a request of its own."""
    if by.role is not None or ticket.status is TicketStatus.CLOSED:
        return None
    d = redeliberate(policy, ticket, desk, at, "reply")
    d.request = Request(channel=ticket.request.channel, sender=by, topic_source=ticket.request.topic_source)
    sender(d)
    return Hindrance(d.reason or "forbidden", citations=d.citations) if d.ended else None


def _told(refusal: Result, *, of_state: bool = False) -> Hindrance:
    decision, _ = refusal
    return Hindrance(decision.reason or "forbidden", of_state, decision.citations, decision.missing)
