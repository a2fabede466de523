"""The price of a ticket kept on offer: whatever a ticket costs has a quote, to agree to, to pay and to settle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.base.events import EventType
from app.base.vocabulary import QuoteStatus, Terms, WorkGate
from app.db.commands import Along
from app.policy.decision import (
    Decision,
    FeeDecision,
    jsonable,
    jsonable_assumptions,
    jsonable_citations,
    jsonable_lines,
)
from app.policy.tickets.ticket import Ticket
from app.services.errands import Errand

_GOOD_FOR = timedelta(days=30)
_UNDECIDED = (
    WorkGate.AWAITING_AVAILABILITY,
    WorkGate.AWAITING_STAFF_DECISION,
    WorkGate.AWAITING_QUOTE,
    WorkGate.CLOSED,
)
"""Whether the work is done at all, or at which price, is still open."""
_STANDING = (QuoteStatus.OFFERED, QuoteStatus.CONSENTED)


@dataclass(slots=True)
class Offer:
    """What a change of a ticket does to its price: the rows, and the price that then stands as views name it.

    Nobody changes one.
    """

    quotes: Sequence[dict[str, Any]] = ()
    events: Sequence[dict[str, Any]] = ()
    along: Sequence[Along] = ()
    latest: Mapping[str, Any] | None = None


def offer(errand: Errand, ticket: Ticket, account_id: UUID | None, latest: Mapping[str, Any] | None) -> Offer:
    """A quote where the ticket has come to cost something, and none where the work has turned out to be free."""
    fee, decision = ticket.decision.fee, ticket.decision
    if fee is None or ticket.money.settled:
        return Offer(latest=latest)
    if fee.status == "waived" and latest is not None and latest["status"] in _STANDING:
        return _withdrawn(errand, ticket, account_id, latest)
    costs = fee.amount is not None and (fee.amount > 0 or fee.allowance is not None)
    if (
        not costs
        or not ticket.open
        or ticket.held
        or decision.work_gate in _UNDECIDED
        or stands(fee, latest, errand.now)
    ):
        return Offer(latest=latest)
    minutes = ticket.money.quoted_minutes
    row = quote_row(errand, decision, fee, minutes if minutes is not None else ticket.request.estimated_minutes)
    row |= {"ticket_id": UUID(ticket.id), "account_id": account_id, "edition": latest["edition"] + 1 if latest else 1}
    along, events = superseded(errand, UUID(ticket.id), latest)
    return Offer([row], [offered(errand, row), *events], along, row)


def stands(fee: FeeDecision, latest: Mapping[str, Any] | None, at: datetime) -> bool:
    """Whether this price is on offer already, or agreed to."""
    if latest is None or latest["status"] not in _STANDING or latest["total"] is None or fee.amount is None:
        return False
    same = (Decimal(latest["total"]), latest["currency"]) == (fee.amount, fee.currency)
    return same and not expired(latest, at)


def expired(quote: Mapping[str, Any], at: datetime) -> bool:
    until = quote["expires_at"]
    until = datetime.fromisoformat(until) if isinstance(until, str) else until
    return bool(quote["status"] == QuoteStatus.OFFERED and until is not None and until <= at)


def superseded(
    errand: Errand, ticket_id: UUID, latest: Mapping[str, Any] | None
) -> tuple[list[Along], list[dict[str, Any]]]:
    """The price on offer gives way to a new one."""
    if latest is None or latest["status"] != QuoteStatus.OFFERED:
        return [], []
    values = {"status": QuoteStatus.SUPERSEDED, "updated_at": errand.now}
    subject, told = ("quote", UUID(str(latest["id"]))), {"ticket_id": ticket_id, "edition": latest["edition"]}
    event = errand.event(EventType.QUOTE_SUPERSEDED, subject, latest["version"] + 1, told)
    return [Along("quote", {"ticket_id": ticket_id, "status": QuoteStatus.OFFERED}, values)], [event]


def _withdrawn(errand: Errand, ticket: Ticket, account_id: UUID | None, latest: Mapping[str, Any]) -> Offer:
    """The policy asks for no money after all: what was offered or agreed is waived."""
    id_, version = UUID(str(latest["id"])), latest["version"] + 1
    told = {"ticket_id": ticket.id, "account_id": account_id, "edition": latest["edition"]}
    event = errand.event(EventType.QUOTE_WAIVED, ("quote", id_), version, told)
    values = {"status": QuoteStatus.WAIVED, "updated_at": errand.now}
    gone = {**latest, "status": QuoteStatus.WAIVED, "version": version}
    return Offer(events=[event], along=[Along("quote", {"id": id_}, values)], latest=gone)


# ── rows ─────────────────────────────────────────────────────────────────────
def quote_row(errand: Errand, decision: Decision, fee: FeeDecision, minutes: int | None, **more: Any) -> dict[str, Any]:
    """A quote with this price; ticket, account and edition are the caller's to add."""
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "status": QuoteStatus.OFFERED,
        "rule": fee.rule,
        "facts": {},
        "estimated_minutes": minutes,
        "lines": jsonable_lines(fee.lines),
        "total": fee.amount,
        "currency": fee.currency,
        "terms": fee.terms or Terms.CAPPED,
        "prepay_required": fee.prepay_required,
        "prepay_minimum": fee.prepay_minimum,
        "consent_required": fee.consent_required,
        "indicative": fee.indicative,
        "alternatives": [format(amount, "f") for amount in fee.alternatives],
        "allowance": jsonable(fee.allowance) if fee.allowance is not None else None,
        "citations": jsonable_citations(decision.citations),
        "assumptions": jsonable_assumptions(decision.assumptions),
        "policy_version": decision.policy_version,
        "settings_revision": decision.settings_revision,
        "requested_by": errand.principal.key,
        "paid": Decimal(0),
        "refunded": Decimal(0),
        "consent": None,
        "settled_minutes": None,
        "settled_total": None,
        "expires_at": errand.now + _GOOD_FOR if fee.consent_required or fee.prepay_required else None,
        "external_ref": None,
        "metadata": {},
        "version": 1,
        "created_at": errand.now,
        "updated_at": errand.now,
        **more,
    }


def offered(errand: Errand, row: Mapping[str, Any]) -> dict[str, Any]:
    """The event that tells of a new quote."""
    told = {name: row[name] for name in ("ticket_id", "account_id", "edition", "rule", "total", "currency")}
    versions = {name: row[name] for name in ("policy_version", "settings_revision")}
    return errand.event(EventType.QUOTE_OFFERED, ("quote", row["id"]), 1, told, **versions)
