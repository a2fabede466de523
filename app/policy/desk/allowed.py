"""Which verbs would be let through on a ticket as it stands, and what stands in the way of the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.compiled.conditions import Condition
from app.policy.decision import AnyOf, Citation
from app.policy.life import Desk, redeliberate
from app.policy.situation import Account, Request, Sender
from app.policy.stages.account import of_sender
from app.policy.stages.admission import sender
from app.policy.stages.standing import find_standing
from app.policy.tickets.ticket import Judged, Ticket
from app.policy.tickets.turn import Turn
from app.policy.transitions import VERBS, apply, forbidden, prepared
from app.policy.verbs.authority import Authority, granted
from app.policy.verbs.people import NOT_WHO_THEY_SAY
from app.policy.verbs.step import Result, Transition

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


def out_of_turn(verb: str, turn: Turn) -> bool:
    """Whether the ticket is past the verb, or not yet there, whatever the policy says."""
    if turn.merged or (turn.rejected and turn.reason == NOT_WHO_THEY_SAY):
        return True
    if verb == "reopen":
        return (turn.open and not turn.declined) or turn.outcome in _REJECTED
    if verb == "assign":
        return turn.assignee is not None or not turn.open
    if verb == "close":
        return turn.status == TicketStatus.CLOSED
    return not turn.open and verb not in _AFTER_THE_END


def let_through(before: Ticket, after: Ticket) -> bool:
    """Whether a verb was carried out: a refused one leaves the very decision that stood."""
    return after.decision is not before.decision


def hindrances(
    policy: CompiledPolicy, ticket: Judged, verbs: Iterable[str], by: Sender, desk: Desk, at: datetime
) -> dict[str, Hindrance | None]:
    """For each verb what keeps this person from using it now; None where nothing does."""
    question = _Question(policy, ticket, by, desk, at)
    return {verb: question.hindrance(verb) for verb in verbs}


class _Question:
    """What one person may do with a ticket now: what all verbs are judged by is found once, and only if one asks."""

    def __init__(self, policy: CompiledPolicy, ticket: Judged, by: Sender, desk: Desk, at: datetime) -> None:
        self.policy, self.ticket, self.by, self.desk, self.at = policy, ticket, by, desk, at
        self.turn = ticket.turn
        self.authority = Authority(policy, ticket, desk, by)
        self.granted = granted(by)
        self.refusing = policy.refusing("transition", "transition", *self.granted)
        self.planning = bool(policy.rules.get("schedule"))

    @cached_property
    def values(self) -> dict[str, Any]:
        return {**redeliberate(self.policy, self.ticket.whole, self.desk, self.at, "").values, **self.granted}

    def hindrance(self, verb: str) -> Hindrance | None:
        """Only the rules that may refuse the verb are asked; what would follow from it is not worked out."""
        turn = self.turn
        if out_of_turn(verb, turn):
            return Hindrance("conflict", of_state=True)
        closed = verb in _WORK and (turn.held or turn.work_gate != WorkGate.OPEN)
        closed = closed or (verb == "settle" and turn.unagreed)
        planned = verb == "schedule" and self.planning
        if not (closed or planned) and not self._judged(verb) and self.authority.lacking(verb) is None:
            return self._no_excuses(verb)
        return self._tried(verb, closed=closed, planned=planned)

    def _judged(self, verb: str) -> bool:
        """Whether a rule may refuse the verb to this person on this ticket."""
        if not _any_holds(self.refusing, {**self.granted, "transition": verb}):
            return False
        return any(ready.admits for ready in self.policy.candidates("transition", {**self.values, "transition": verb}))

    def _tried(self, verb: str, *, closed: bool, planned: bool) -> Hindrance | None:
        policy, ticket, desk, at = self.policy, self.ticket.whole, self.desk, self.at
        transition = Transition(verb=verb, by=self.by, payload=_EVERYTHING_SAID.get(verb, {}))
        step = prepared(policy, ticket, transition, desk, at)
        if (refusal := forbidden(step)) is not None:
            return _told(refusal)
        if closed:
            refusal = VERBS["start_work" if verb in _WORK else verb](step)
        elif planned:
            refusal = apply(policy, ticket, transition, desk, at)
        if refusal is not None and not let_through(ticket, refusal[1]):
            return _told(refusal, of_state=True)
        return self._no_excuses(verb)

    def _no_excuses(self, verb: str) -> Hindrance | None:
        unknown = verb == "excuse" and self.policy.document.excuses is None
        return Hindrance("refused_at_discretion") if unknown else None


def writing_hindered(policy: CompiledPolicy, ticket: Judged, by: Sender, desk: Desk, at: datetime) -> Hindrance | None:
    """What keeps this person from writing to the ticket; to a closed one it would be a request of its own."""
    if by.role is not None or ticket.turn.status == TicketStatus.CLOSED or not _may_silence(policy, ticket, by, desk):
        return None
    whole = ticket.whole
    d = redeliberate(policy, whole, desk, at, "reply")
    d.request = Request(channel=whole.request.channel, sender=by, topic_source=whole.request.topic_source)
    sender(d)
    return Hindrance(d.reason or "forbidden", citations=d.citations) if d.ended else None


def _may_silence(policy: CompiledPolicy, ticket: Judged, by: Sender, desk: Desk) -> bool:
    """Whether a rule about senders may refuse this person's word; most of them are about others."""
    if policy.refusing("topic"):
        return True
    if not policy.refusing("sender"):
        return False
    turn = ticket.turn
    channel = policy.channel(turn.channel, None)
    slug = channel.slug if channel is not None else turn.channel
    found = find_standing(policy, Request(channel=turn.channel, sender=by), desk, slug)
    known = {**of_sender(found, by), **_of_account(found.account), "transition": "reply", "action": turn.action}
    return _any_holds(policy.refusing("sender", *known), known)


def _of_account(account: Account | None) -> dict[str, object]:
    """What is known of an account whatever is said; facts of its own may say otherwise."""
    if account is None or account.facts:
        return {}
    return {
        "account.state": account.state,
        "account.active": account.active,
        "account.contact_info_current": account.contact_info_current,
    }


def _any_holds(conditions: Iterable[Condition], known: Mapping[str, Any]) -> bool:
    return any(condition.holds(known) for condition in conditions)


def _told(refusal: Result, *, of_state: bool = False) -> Hindrance:
    decision, _ = refusal
    return Hindrance(decision.reason or "forbidden", of_state, decision.citations, decision.missing)
