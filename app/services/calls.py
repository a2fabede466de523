"""Telephone, chat, voicemail and emergency line: what was said there becomes a ticket like any other."""

from typing import Any

from app.base.errors import Fault, Problem
from app.base.unseen import is_unseen
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.schemas.calls import CallTake
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import NamedSender, TicketOpen
from app.services.errands import Errand
from app.services.tickets.opening import open_ticket

_SAID_ACCOUNT = "account_username"
_LONGEST_SUBJECT = 120


async def take_call(errand: Errand, body: CallTake) -> StoredAnswer:
    """The ticket with its decision: open hours, scope, redirects and pages are the policy's, as for any channel."""
    policy = errand.policies.last_used(errand.provider_id)
    policy = policy or await errand.policies.policy_at(errand.provider_id, errand.now)
    if body.caller.user is not None and _is_spoken(policy, body):
        fault = Fault("/caller/user", "not_offered", "Nobody is signed in on the telephone; leave it out.")
        raise Problem("invalid", errors=[fault])
    request = _request(body)
    try:
        return await open_ticket(errand, request)
    except Problem as problem:
        if problem.code != "not_found" or body.account is None:
            raise
    facts = {**request.facts}
    if _SAID_ACCOUNT in policy.document.facts and Reference.of(body.account).id is None:
        facts.setdefault(_SAID_ACCOUNT, body.account)
    return await open_ticket(errand, request.model_copy(update={"account": None, "facts": facts}))


def _is_spoken(policy: CompiledPolicy, body: CallTake) -> bool:
    """Whether people only say there who they are."""
    entrance = policy.channel(body.channel, body.menu_option)
    spoken = policy.document.unverified
    return spoken is not None and not {body.channel, entrance.slug if entrance else None}.isdisjoint(spoken.channels)


def _request(body: CallTake) -> TicketOpen:
    said: dict[str, Any] = body.model_dump(exclude={"caller", "subject"})
    caller = NamedSender(**body.caller.model_dump())
    return TicketOpen(**said, sender=caller, subject=body.subject or _beginning(body.body) or body.channel)


def _beginning(text: str | None) -> str:
    """The first line of what was said, cut at a word."""
    line = next((line.strip() for line in (text or "").splitlines() if not is_unseen(line)), "").replace("\t", " ")
    if len(line) <= _LONGEST_SUBJECT:
        return line
    cut = line[:_LONGEST_SUBJECT]
    return next((part for part in (cut.rpartition(" ")[0], cut) if not is_unseen(part)), "")
