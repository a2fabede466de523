"""What a customer is shown of a policy: its clauses, hours, priorities and promises, prices and coverage."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.base.errors import Problem
from app.policy.compile import CompiledPolicy
from app.policy.desk.about import about
from app.policy.language.calendars import Calendar
from app.policy.language.document import Document
from app.policy.language.hours import week_of
from app.policy.language.model import Words, words
from app.policy.language.prices import Fee
from app.policy.language.promises import Target


def customers_view(policy: CompiledPolicy, language: str, at: datetime) -> dict[str, Any]:
    """The policy in plain words of one language, as far as it has them."""
    document, said = policy.document, about(policy, at)

    def text(of: Words) -> str:
        return words(of, language, document.locale)

    def named(listed: Mapping[Any, Any]) -> list[dict[str, Any]]:
        return [{"slug": str(k), "name": text(v.name) or str(k), "clauses": list(v.clauses)} for k, v in listed.items()]

    return {
        "provider": document.provider,
        "name": text(document.name) or document.provider,
        "version": policy.version,
        "settings_revision": policy.revision,
        "published": document.published,
        "effective_from": document.effective_from,
        "effective_until": document.effective_until,
        "locale": document.locale,
        "currency": document.currency,
        "tz": document.tz,
        "strength": document.strength,
        "acknowledgement_required": document.about.acknowledgement_required,
        "availability": list(said.availability),
        "languages": [
            {"tag": tag, "calendar": of.calendar, "clauses": list(of.clauses)} for tag, of in document.languages.items()
        ],
        "clauses": [clause_view(policy, clause, language) for clause in document.clauses],
        "hours": [_hours(slug, calendar, document) for slug, calendar in document.calendars.items()],
        "channels": [
            {
                "slug": slug,
                "name": text(of.name) or slug,
                "official": of.official,
                "calendar": of.calendar,
                "contact_point": of.contact_point,
                "clauses": list(of.clauses),
            }
            for slug, of in document.channels.items()
        ],
        "departments": named(document.departments),
        "priorities": [
            {"slug": slug, "name": text(of.name) or slug, "rank": of.rank, "clauses": list(of.clauses)}
            for slug, of in document.priorities.items()
        ],
        "promises": [_promise(target, policy) for target in document.targets],
        "prices": [_price(slug, fee, document.currency, language) for slug, fee in document.fees.items()],
        "coverage": [
            {
                "topics": list(e.topics),
                "products": list(e.products),
                "when": dict(e.when),
                "status": e.status,
                "price": e.fee,
                "clauses": list(e.clauses),
            }
            for e in document.coverage
        ],
        "contacts": [
            {
                "role": slug,
                "name": text(of.name) or slug,
                "most": of.max,
                "least": of.min,
                "address": of.address,
                "clauses": list(of.clauses),
            }
            for slug, of in document.contacts.items()
        ],
        "readings": [
            {
                "id": id_,
                "question": text(of.question),
                "value": policy.chosen.get(id_, of.value),
                "clauses": list(of.clauses),
            }
            for id_, of in document.assumptions.items()
        ],
    }


def clause_view(policy: CompiledPolicy, clause: str, language: str) -> dict[str, Any]:
    found = policy.document.clauses.get(clause)
    if found is None:
        raise Problem("not_found")
    return {
        "id": clause,
        "kind": found.kind,
        "sentence": policy.sentence(clause, language),
        "strict": found.strict,
        "informative": found.informative is not None,
    }


def _hours(slug: str, calendar: Calendar, document: Document) -> dict[str, Any]:
    written = week_of(calendar, document.calendars) if calendar.outside else calendar.open
    week = written if isinstance(written, str) else {days: list(of) for days, of in written.items() if of}
    return {
        "slug": slug,
        "tz": calendar.tz or document.tz,
        "open": week,
        "holidays": list(calendar.holidays),
        "closed": sorted(calendar.extra),
        "clauses": list(calendar.clauses),
    }


def _promise(target: Target, policy: CompiledPolicy) -> dict[str, Any]:
    return {
        "metric": target.metric,
        "when": dict(target.when),
        "kind": target.kind,
        "earliest_seconds": _seconds(target.min),
        "due_seconds": _seconds(target.max),
        "business_days": target.n,
        "calendar": target.calendar,
        "strength": target.strength or policy.document.strength,
        "clauses": list(target.clauses),
    }


def _price(slug: str, fee: Fee, currency: str, language: str) -> dict[str, Any]:
    amount = fee.amounts.get(currency, fee.amount)
    return {
        "rule": slug,
        "name": words(fee.name, language, language) or slug.replace("_", " "),
        "kind": fee.kind,
        "amount": None if amount is None else {"amount": format(amount, "f"), "currency": fee.currency or currency},
        "per_seconds": _seconds(fee.per),
        "minimum_seconds": _seconds(fee.minimum),
        "block_seconds": _seconds(fee.block),
        "threshold_seconds": _seconds(fee.threshold),
        "tax": fee.tax,
        "consent": fee.consent,
        "terms": fee.terms,
        "payment": fee.payment.timing,
        "clauses": list(fee.clauses),
    }


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())
