"""May this sender ask for this action on this account? Judged by the policy, nothing stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.vocabulary import Outcome
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.desk.asking import ask_for_action, asked_within
from app.policy.language.model import words
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.schemas.actions import AuthorityAsk
from app.services.errands import Errand
from app.services.facts import asserters, state
from app.services.redacting import Redactions, noticed, without_secrets
from app.services.requests import ASKING, Gathered, action_of, channel_of, check_asker, check_names, gather, sender_of
from app.services.tickets.changing import gather as gather_ticket
from app.services.tickets.knowing import Known

_TICKET = "ticket_required"


@dataclass(frozen=True, slots=True)
class Asked:
    """An action with all that it is judged by; `within` is the ticket in which it is asked for."""

    given: Gathered
    within: Known | None = None

    @property
    def within_id(self) -> UUID | None:
        return self.within.id if self.within is not None else None

    @property
    def ticket(self) -> Ticket | None:
        return self.within.ticket if self.within is not None else None


async def may_ask(errand: Errand, body: AuthorityAsk) -> dict[str, Any]:
    clean = without_secrets(body)
    asked = await asked_for(errand, clean.body, clean.redacted)
    decision = judge(errand, asked)
    in_one = None
    if decision.reason == _TICKET and body.ticket is None:
        in_one = _judged(judge(errand, asked, in_a_ticket=True))
    terms = terms_of(asked.given.policy, body.action)
    return {"action": body.action, "terms": terms, **_judged(decision), "in_a_ticket": in_one}


async def asked_for(errand: Errand, body: AuthorityAsk, redacted: Redactions) -> Asked:
    """One statement, as for a request; where a ticket is named, the one about that ticket."""
    if body.ticket is None:
        return Asked(await gather(errand, body, errand.now, errand.now, redacted))
    known = await gather_ticket(errand, body.ticket, scopes=ASKING)
    account = known.account
    check_asker(known.caller, body)
    names = {"account": account, "on_behalf_of": None}
    if body.on_behalf_of is not None:
        raise Problem("invalid", errors=[Fault("/on_behalf_of", "not_offered", "The ticket says for whom.")])
    if body.account is not None and not (account and Reference.of(body.account).names(account)):
        raise Problem("invalid", errors=[Fault("/account", "not_offered", "The ticket is about another account.")])
    check_names(known.caller, body.model_copy(update={"account": None}), names)
    stated = state(known.policy, body.facts, asserters(known.caller))
    request = Request(
        channel=channel_of(known.policy, known.caller, body) or known.row["channel"],
        menu_option=body.menu_option,
        sender=sender_of(known.caller, body.sender, known.around.account),
        action=action_of(known.policy, body),
        facts={**stated.all, **noticed(known.policy, redacted)},
        estimated_minutes=body.estimated_minutes,
        language=body.language or known.row["language"],
    )
    row = {**names, "candidates": known.candidates, "incidents": known.row["incidents"], "open_tickets": ()}
    request = asked_within(known.policy, request, known.ticket)
    return Asked(Gathered(known.caller, known.policy, request, stated, known.around, row, redacted), known)


def judge(errand: Errand, asked: Asked, *, in_a_ticket: bool = False) -> Decision:
    given = asked.given
    if not in_a_ticket:
        return ask_for_action(given.policy, given.request, given.around, asked.ticket, errand.now)
    return ask_for_action(given.policy, given.request, given.around, None, errand.now, in_a_ticket=True)


def terms_of(policy: CompiledPolicy, slug: str) -> dict[str, Any]:
    """What the policy says of an action."""
    action = policy.action(slug)
    assert action is not None, "the request was checked for it"
    return {
        "name": name_of(policy, slug),
        **{name: list(getattr(action, name)) for name in ("roles", "requires", "verify")},
        "confirmation": action.confirmation,
        "destructive": action.destructive,
    }


def name_of(policy: CompiledPolicy, slug: str, language: str | None = None) -> str:
    """In the language of the policy where none is asked for."""
    own, locale = policy.document.actions.get(slug), policy.document.locale
    called = words(own.name, language or locale, locale) if own is not None else ""
    return called or slug.replace("_", " ").capitalize()


def _judged(decision: Decision) -> dict[str, Any]:
    told: Mapping[str, Any] = jsonable(decision)
    same = ("outcome", "reason", "missing", "redirect", "standing", "citations", "assumptions")
    action = told["action"] or {"verify": [], "deliver_to": None}
    return {
        "allowed": decision.outcome is Outcome.ACCEPTED,
        **{name: told[name] for name in same},
        "verify": action["verify"],
        "deliver_to": action["deliver_to"],
    }
