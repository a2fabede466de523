"""What the caller may do with a ticket now, and why not: by the rules that judge the verbs themselves.

Where no rule has to be asked it follows from a few facts, and is the same for all tickets that stand alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from app.base.vocabulary import QuoteStatus, Scope
from app.db.callers import CallerRow, Kind
from app.policy.compile import CompiledPolicy
from app.policy.decision import FeeDecision, jsonable_citations
from app.policy.desk.allowed import Hindrance, hindrances, writing_hindered
from app.policy.desk.confirming import confirm
from app.policy.desk.glimpse import Customer, Glimpse, Unread
from app.policy.life import Desk
from app.policy.tickets.ticket import Judged
from app.policy.tickets.turn import Turn
from app.services.offers import expired, stands
from app.services.refusals import code_of
from app.services.speaking import speaker
from app.services.tickets.saying import said_with
from app.services.tickets.view import written

STAFFS = (
    *("triage", "assign", "hand_over", "escalate", "transfer", "diagnose", "verify", "availability", "negotiate"),
    *("schedule", "excuse", "override", "start_work", "record_work", "resolve", "reopen", "close", "merge"),
)
_CUSTOMERS = ("reopen", "close")
_MONITORS = ("diagnose",)
_STAFFS_MONEY = ("quote", "waive", "settle")
_CUSTOMERS_MONEY = ("quote", "consent", "decline")
_OF_QUOTE: Mapping[str, tuple[QuoteStatus, ...]] = {
    "consent": (QuoteStatus.OFFERED, QuoteStatus.DECLINED),
    "decline": (QuoteStatus.OFFERED, QuoteStatus.CONSENTED),
    "waive": (QuoteStatus.OFFERED, QuoteStatus.CONSENTED, QuoteStatus.DECLINED),
    "settle": (QuoteStatus.OFFERED, QuoteStatus.CONSENTED),
    "pay": tuple(QuoteStatus),
}
"""What is done with a quote, and the statuses in which it can be."""
_PATHS = {"reply": "messages", "note": "messages", "pay": "payments"}


def verbs_of(caller: CallerRow) -> tuple[str, ...]:
    """The verbs that are meant for callers of this kind."""
    match caller.kind:
        case Kind.STAFF:
            return STAFFS
        case Kind.CONTACT | Kind.RESELLER:
            return _CUSTOMERS
        case Kind.SERVICE:
            return _MONITORS if Scope.EVENTS in caller.scopes else ()


def _money_of(caller: CallerRow) -> tuple[str, ...]:
    match caller.kind:
        case Kind.STAFF:
            return _STAFFS_MONEY
        case Kind.CONTACT | Kind.RESELLER:
            return _CUSTOMERS_MONEY
        case Kind.SERVICE:
            pays = ("pay",) if Scope.PAYMENTS in caller.scopes else ()
            return (*pays, "quote") if Scope.SUBMIT in caller.scopes else pays


Found = dict[str, Hindrance | None]


@dataclass(frozen=True, slots=True)
class Alike:
    """What holds for every ticket that stands so: what the policy says to each verb, and it written down.

    `written`: what is shown where no price stands, which is judged by itself; cut where the ticket's id belongs.
    """

    turn: Turn
    """Of one of them: the assignee may be another."""
    found: Found
    written: tuple[bytes, ...]

    def of(self, ticket: str) -> bytes:
        return ticket.encode().join(self.written)


_HERE: Final = str(uuid4())
"""Stands for a ticket's id while its actions are written; a policy cannot have it among its words."""
_MOST_ALIKE = 256
"""Kept of one policy."""
_UNKNOWN: Final = object()
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


def at_a_glance(policy: CompiledPolicy, turn: Turn, caller: CallerRow, customer: Customer | None) -> Alike | None:
    """None where a rule has to be asked. `customer`: the caller on their own account; nobody else is one.

    All that it depends on is in its key, or in the policy, by which it is kept.
    """
    mine = turn.assignee and turn.assignee == str(caller.id)
    key = (*turn[:-1], turn.assignee is None, mine, caller.kind, caller.scopes, customer, *_rank(caller))
    known = policy.at_a_glance.get(key, _UNKNOWN)
    if known is not _UNKNOWN:
        alike: Alike | None = known
        return alike
    alike = _alike(policy, turn, caller, customer)
    if len(policy.at_a_glance) >= _MOST_ALIKE:
        policy.at_a_glance.clear()
    policy.at_a_glance[key] = alike
    return alike


def _rank(caller: CallerRow) -> tuple[object, ...]:
    return caller.role, caller.level, caller.departments, caller.supervisor


def _alike(policy: CompiledPolicy, turn: Turn, caller: CallerRow, customer: Customer | None) -> Alike | None:
    ticket = Glimpse(_HERE, turn)
    if caller.kind is Kind.RESELLER or (caller.kind is Kind.CONTACT and customer is None):
        return None
    desk = customer.around(speaker(caller)) if customer is not None else Desk()
    try:
        found = _judged(policy, ticket, desk, caller, _ANY_TIME)
    except Unread:
        return None
    whole = _written(policy, ticket, _priced(found, ticket, caller, None, _ANY_TIME), None)
    return Alike(turn, found, tuple(whole.split(_HERE.encode())))


def allowed_actions(
    policy: CompiledPolicy,
    ticket: Judged,
    desk: Callable[[], Desk],
    caller: CallerRow,
    at: datetime,
    latest: Mapping[str, Any] | None,
    customer: Customer | None,
) -> bytes:
    """Every verb for such a caller, on the ticket and on its `latest` quote, each with what stands in its way. JSON.

    `desk`: what is known around it, for where a rule has to be asked.
    """
    alike = at_a_glance(policy, ticket.turn, caller, customer)
    if alike is not None:
        return alike_actions(policy, alike, ticket, caller, at, latest)
    found = _judged(policy, ticket, desk(), caller, at)
    return _written(policy, ticket, _priced(found, ticket, caller, latest, at), latest)


def alike_actions(
    policy: CompiledPolicy,
    alike: Alike,
    ticket: Judged,
    caller: CallerRow,
    at: datetime,
    latest: Mapping[str, Any] | None,
) -> bytes:
    """The same, where no rule has to be asked."""
    if latest is None:
        return alike.of(ticket.id)
    return _written(policy, ticket, _priced(alike.found, ticket, caller, latest, at), latest)


def _judged(policy: CompiledPolicy, ticket: Judged, desk: Desk, caller: CallerRow, at: datetime) -> Found:
    """What the policy says to each verb for such a caller, whatever the price."""
    by, money = speaker(caller), _money_of(caller)
    judged = [verb for verb in money if verb not in ("quote", "pay") or (verb == "quote" and caller.kind is Kind.STAFF)]
    found = hindrances(policy, ticket, (*verbs_of(caller), *judged), by, desk, at)
    found |= {verb: found.get(verb) for verb in money}
    found["reply"] = None if caller.kind is Kind.SERVICE else writing_hindered(policy, ticket, by, desk, at)
    if caller.kind is Kind.STAFF:
        found["note"] = None
    found["describe"] = None
    if ticket.turn.action is not None and caller.kind in (Kind.CONTACT, Kind.RESELLER):
        found["confirm"] = confirm(policy, ticket.whole, by, desk, at).hindrance
    return found


def _priced(found: Found, ticket: Judged, caller: CallerRow, latest: Mapping[str, Any] | None, at: datetime) -> Found:
    of_price = {verb: found[verb] or _of_price(verb, ticket, caller, latest, at) for verb in _money_of(caller)}
    return {**found, **of_price}


def _of_price(
    verb: str, ticket: Judged, caller: CallerRow, latest: Mapping[str, Any] | None, at: datetime
) -> Hindrance | None:
    """What about the latest quote itself stands in the way; the policy was asked before."""
    if verb == "quote":
        asked_already = caller.kind is not Kind.STAFF and _on_offer(ticket, latest, at)
        return Hindrance("conflict", of_state=True) if not ticket.turn.open or asked_already else None
    if latest is None or (verb == "consent" and latest["total"] is None):
        return Hindrance("quote_required", of_state=True)
    changed = verb == "consent" and not ticket.turn.declined and not _same(ticket.fee, latest)
    if latest["status"] not in _OF_QUOTE[verb] or (verb != "pay" and expired(latest, at)) or changed:
        return Hindrance("conflict", of_state=True)
    return None


def _on_offer(ticket: Judged, latest: Mapping[str, Any] | None, at: datetime) -> bool:
    fee = ticket.fee if latest is not None else None
    return fee is not None and stands(fee, latest, at)


def _same(fee: FeeDecision | None, latest: Mapping[str, Any]) -> bool:
    return fee is not None and fee.amount == Decimal(latest["total"])


def _written(policy: CompiledPolicy, ticket: Judged, found: Found, latest: Mapping[str, Any] | None) -> bytes:
    level = ticket.turn.level
    return written([_shown(policy, verb, hindrance, ticket.id, level, latest) for verb, hindrance in found.items()])


def _shown(
    policy: CompiledPolicy,
    verb: str,
    hindrance: Hindrance | None,
    ticket: str,
    level: int | None,
    latest: Mapping[str, Any] | None,
) -> dict[str, Any]:
    if hindrance is None:
        return {"action": verb, "allowed": True, **_where(verb, ticket, latest), "body": said_with(policy, verb, level)}
    refused: dict[str, Any] = {"action": verb, "allowed": False, "code": code_of(hindrance.code)}
    if hindrance.citations:
        refused["citations"] = jsonable_citations(hindrance.citations)
    return refused


def _where(verb: str, ticket: str, latest: Mapping[str, Any] | None) -> dict[str, str]:
    path = _PATHS.get(verb, verb.replace("_", "-"))
    if verb == "describe":
        return {"method": "PATCH", "href": f"/v1/tickets/{ticket}"}
    if verb == "quote":
        return {"method": "POST", "href": "/v1/quotes"}
    if verb == "confirm":
        return {"method": "POST", "href": f"/v1/actions/{ticket}/confirm"}
    if verb in _OF_QUOTE and latest is not None:
        return {"method": "POST", "href": f"/v1/quotes/{latest['id']}/{path}"}
    return {"method": "POST", "href": f"/v1/tickets/{ticket}/{path}"}
