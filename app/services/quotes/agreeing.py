"""What becomes of a price: agreed to, declined, waived, settled."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.money import rounded
from app.base.vocabulary import QuoteStatus, Terms
from app.db.callers import Kind
from app.policy.desk.quoting import quote_by_tariff
from app.policy.situation import Request
from app.policy.verbs.money import formal_enough
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import kept_account
from app.services.errands import Errand
from app.services.quotes.changing import Change, KnownQuote, carry_on, check_status, gather, judged
from app.services.redacting import reason_without_secrets
from app.services.refusals import lacking
from app.services.repeating import once


async def consent(errand: Errand, quote: UUID, form: str, expected: int | None) -> StoredAnswer:
    """Binds this price and its terms; by a contact who may agree to one."""
    return await once(lambda: _consent(errand, quote, form, expected))


async def _consent(errand: Errand, quote: UUID, form: str, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected)
    await _check_agreeing(errand, known)
    check_status(errand, known, QuoteStatus.OFFERED, QuoteStatus.DECLINED)
    total = known.quote["total"]
    if total is None:
        raise Problem("quote_required", passing=True)
    after = None
    if known.ticket is None:
        await _check_form(errand, known, form)
    else:
        _check_open(known)
        after = judged(errand, known.ticket, "consent", {"form": form})
        if after.money.consented != total:
            raise Problem("conflict", "The price of the ticket has changed since; ask for a new quote.")
    agreed = {
        "by": _who(known),
        "at": errand.now.isoformat().replace("+00:00", "Z"),
        "amount": format(rounded(total, known.quote["currency"]), "f"),
        "currency": known.quote["currency"],
        "terms": known.quote["terms"],
        "version": known.quote["edition"],
    }
    values = {"status": QuoteStatus.CONSENTED, "consent": agreed, "closing": None}
    told = {name: agreed[name] for name in ("amount", "currency", "terms")}
    return await carry_on(
        errand, known, Change(values, EventType.QUOTE_CONSENTED, told, after, EventType.TICKET_CONSENTED)
    )


async def decline(errand: Errand, quote: UUID, reason: str | None, expected: int | None) -> StoredAnswer:
    return await once(lambda: _decline(errand, quote, reason, expected))


async def _decline(errand: Errand, quote: UUID, reason: str | None, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected)
    await _check_agreeing(errand, known)
    check_status(errand, known, QuoteStatus.OFFERED, QuoteStatus.CONSENTED)
    after = None
    if known.ticket is not None:
        _check_open(known)
        after = judged(errand, known.ticket, "decline", {})
    values = {"status": QuoteStatus.DECLINED, "consent": None, "closing": _closing(errand, known, reason)}
    return await carry_on(errand, known, Change(values, EventType.QUOTE_DECLINED, {}, after, EventType.TICKET_DECLINED))


async def waive(errand: Errand, quote: UUID, reason: str, expected: int | None) -> StoredAnswer:
    """Staff ask for no money; what was paid goes back."""
    return await once(lambda: _waive(errand, quote, reason, expected))


async def _waive(errand: Errand, quote: UUID, reason: str, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected)
    _check_staff(errand, known, "waive")
    check_status(errand, known, QuoteStatus.OFFERED, QuoteStatus.CONSENTED, QuoteStatus.DECLINED)
    after = judged(errand, known.ticket, "waive", {}) if known.ticket is not None else None
    values = {"status": QuoteStatus.WAIVED, "closing": _closing(errand, known, reason)}
    return await carry_on(errand, known, Change(values, EventType.QUOTE_WAIVED, {}, after, EventType.TICKET_WAIVED))


async def settle(errand: Errand, quote: UUID, minutes: int, expected: int | None) -> StoredAnswer:
    """The job took so long; never above what was agreed where the terms are capped."""
    return await once(lambda: _settle(errand, quote, minutes, expected))


async def _settle(errand: Errand, quote: UUID, minutes: int, expected: int | None) -> StoredAnswer:
    known = await gather(errand, quote, expected)
    _check_staff(errand, known, "settle")
    check_status(errand, known, QuoteStatus.OFFERED, QuoteStatus.CONSENTED)
    if known.ticket is not None:
        after = judged(errand, known.ticket, "settle", {"minutes": minutes})
        fee = after.decision.fee
        total = fee.amount if fee is not None else Decimal(0)
    else:
        after, total = None, await _price(errand, known, minutes)
    values = {
        "status": QuoteStatus.SETTLED,
        "closing": _closing(errand, known, None),
        "settled_minutes": minutes,
        "settled_total": total,
    }
    told = {"minutes": minutes, "total": total, "currency": known.quote["currency"]}
    return await carry_on(errand, known, Change(values, EventType.QUOTE_SETTLED, told, after, EventType.TICKET_SETTLED))


async def _price(errand: Errand, known: KnownQuote, minutes: int) -> Decimal | None:
    """Of the same work in so many minutes, by the policy that the quote was made under."""
    quote = known.quote
    offered: Decimal | None = quote["total"]
    policy = await errand.policies.policy(errand.provider_id, quote["policy_version"], quote["settings_revision"])
    if quote["rule"] not in policy.document.fees:
        return offered
    account = kept_account(known.row["account"])
    request = Request(facts=quote["facts"], estimated_minutes=minutes)
    seen = account.seen if account is not None else None
    fee = quote_by_tariff(policy, quote["rule"], request, seen, errand.now).fee
    taken = fee.amount if fee is not None else None
    if taken is None or (offered is not None and quote["terms"] == Terms.CAPPED and taken > offered):
        return offered
    return taken


async def _check_form(errand: Errand, known: KnownQuote, form: str) -> None:
    """Without a ticket, too, the tariff says how it is agreed to."""
    quote = known.quote
    policy = await errand.policies.policy(errand.provider_id, quote["policy_version"], quote["settings_revision"])
    tariff = policy.document.fees.get(quote["rule"])
    wanted = tariff.consent_form if tariff is not None else None
    if wanted is not None and not formal_enough(form, wanted):
        raise Problem("consent_required", errors=[lacking(wanted)], citations=quote["citations"])


# ── who may, and when ────────────────────────────────────────────────────────
async def _check_agreeing(errand: Errand, known: KnownQuote) -> None:
    """For a ticket the engine says who may; without one it is the role's capability."""
    caller = known.caller
    if caller.kind not in (Kind.CONTACT, Kind.RESELLER):
        raise Problem("forbidden", "Only the customer's own people agree to a price, or decline it.")
    if known.ticket is not None or caller.kind is Kind.RESELLER:
        return
    policy = await errand.policies.policy(errand.provider_id, known.row["version_now"], known.row["revision_now"])
    if caller.listed_as not in policy.agreeing:
        raise Problem("role_not_permitted")


def _check_staff(errand: Errand, known: KnownQuote, verb: str) -> None:
    """For a ticket the engine says no, and by which clause."""
    if known.caller.kind is Kind.STAFF:
        return
    if known.ticket is not None and known.caller.kind is not Kind.SERVICE:
        judged(errand, known.ticket, verb, {})
    raise Problem("forbidden")


def _check_open(known: KnownQuote) -> None:
    if known.ticket is not None and not known.ticket.ticket.open:
        raise Problem("conflict", "The ticket has ended.")


def _who(known: KnownQuote) -> dict[str, str]:
    return {"kind": str(known.caller.kind), "id": str(known.caller.id)}


def _closing(errand: Errand, known: KnownQuote, reason: str | None) -> Mapping[str, Any]:
    return {
        "by": _who(known),
        "at": errand.now.isoformat().replace("+00:00", "Z"),
        "reason": reason_without_secrets(reason),
    }
