"""A request made up for a clause: one that the policy decides by it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, JsonValue

from app.policy.checks.references import parts
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.language import tables
from app.policy.language.document import CoverageEntry, Document
from app.policy.language.model import Sourced
from app.policy.language.standard import DERIVED
from app.policy.situation import Account, ListedContact, Request, Sender, Situation

_ADDRESS = "somebody@customer.example"
_BOUNDS = ("gte", "lte")
_STATED = {"topic", "product"}
"""Of the derived values, those that a request may state."""


def example(policy: CompiledPolicy, clause: str, at: datetime) -> tuple[Request, Decision] | None:
    """A request whose decision cites the clause, with that decision; None where none was found."""
    document = policy.document
    for part in _resting_on(document, clause):
        facts = _facts(document, part)
        for channel in _channels(facts, document):
            stated = {name: value for name, value in facts.items() if name not in DERIVED.keys() - _STATED}
            request = Request(channel=channel, sender=Sender(email=_ADDRESS), facts=stated, action=_action(facts))
            decision = decide(policy, request, _situation(document, facts), at)
            if decision.cites(clause):
                return request, decision
    return None


def _resting_on(document: Document, clause: str) -> Iterator[BaseModel]:
    for _, part in parts(document):
        if isinstance(part, Sourced) and clause in part.clauses:
            yield part
    # A price or a calendar decides through what names it.
    fees = {slug for slug, fee in document.fees.items() if clause in fee.clauses}
    yield from (entry for entry in document.coverage if entry.fee in fees)
    calendars = {slug for slug, calendar in document.calendars.items() if clause in calendar.clauses}
    yield from (target for target in document.targets if target.calendar in calendars)


def _facts(document: Document, part: BaseModel) -> dict[str, JsonValue]:
    """Values under which the part's own condition is likely to hold."""
    facts: dict[str, JsonValue] = {}
    if isinstance(part, CoverageEntry):
        facts["topic"] = _topic(document, part.topics[0])
        if part.products:
            facts["product"] = part.products[0]
    when = getattr(part, "when", None)
    if isinstance(when, Mapping):
        _fill(facts, when)
    facts = {**_leading_to(document, facts), **facts}
    topic = facts.get("topic")
    if isinstance(topic, str):
        facts["topic"] = _topic(document, topic)
    return facts


def _leading_to(document: Document, facts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Values that lead to a priority or department which the condition only names."""
    found: dict[str, JsonValue] = {}
    department = document.departments.get(str(facts.get("department")))
    if department is not None:
        _fill(found, department.when)
    for rule in tables.rules(document):
        if any(e.do == "priority" and e.priority == facts.get("priority") for e in rule.then):
            _fill(found, rule.when)
            break
    return found


def _topic(document: Document, pattern: str) -> str | None:
    below = (slug for slug in document.topics if slug == pattern or slug.startswith(pattern + "."))
    return next(below, next(iter(document.topics), None) if pattern == "*" else pattern)


def _fill(facts: dict[str, JsonValue], predicate: Mapping[str, Any]) -> None:
    for key, wanted in predicate.items():
        match wanted:
            case list() if key == "any":
                _fill(facts, wanted[0])
            case list() if key == "all":
                for part in wanted:
                    _fill(facts, part)
            case Mapping() if key in ("not", "age", "until"):
                continue
            case Mapping():
                bound = next((wanted[name] for name in _BOUNDS if name in wanted), None)
                if bound is not None:
                    facts[key] = bound
            case list():
                facts[key] = wanted[0]
            case _:
                facts[key] = wanted


def _channels(facts: Mapping[str, JsonValue], document: Document) -> list[str]:
    named = facts.get("channel")
    return [named] if isinstance(named, str) else list(document.channels)[:2]


def _action(facts: Mapping[str, JsonValue]) -> str | None:
    named = facts.get("action")
    return named if isinstance(named, str) else None


def _situation(document: Document, facts: Mapping[str, JsonValue]) -> Situation:
    product = facts.get("product")
    products = (product,) if isinstance(product, str) else tuple(document.products)[:1]
    standing = facts.get("sender.standing")
    roles = [standing] if standing in document.contacts else list(document.contacts)[: standing is None]
    contacts = tuple(ListedContact(role=str(role), email=_ADDRESS) for role in roles)
    return Situation(
        account=Account(number="example", products=products, contacts=contacts), account_named=True, ticket=True
    )
