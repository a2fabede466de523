"""Whether an open ticket speaks of what a request is about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.policy.compiled.conditions import matches_topic
from app.policy.language.rules import Same
from app.policy.situation import OpenTicket

ACCOUNT = "account"
"""Open tickets are the account's own: naming it says no more than that."""


def shared_facts(same: Same) -> tuple[str, ...]:
    return tuple(fact for fact in same.facts if fact != ACCOUNT)


def recent(same: Same, tickets: Iterable[OpenTicket], at: datetime) -> list[OpenTicket]:
    """Those that are not too old, and about something that counts."""
    return [
        t
        for t in tickets
        if at - t.received_at <= same.within and (not same.topics or matches_topic(t.facts.get("topic"), same.topics))
    ]


def first_alike(values: Mapping[str, Any], tickets: Iterable[OpenTicket], facts: Sequence[str]) -> OpenTicket | None:
    return next((t for t in tickets if alike(values, t, facts)), None)


def alike(values: Mapping[str, Any], ticket: OpenTicket, facts: Sequence[str]) -> bool:
    """Equal in each of these facts; what a held ticket still lacks counts as equal."""
    return all(
        _normal(values.get(f)) == _normal(ticket.facts.get(f)) is not None
        or (ticket.held and ticket.facts.get(f) is None)
        for f in facts
    ) and (not facts or any(ticket.facts.get(f) is not None for f in facts))


def _normal(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value
