"""Which open ticket is next: the order that the policy gives, and what taking another one first requires."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained, reasoning
from app.policy.desk.goals import OpenTask


class QueueReading(Explained):
    order: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    """Those at the end that are not to be taken yet: their accounts have as many in work as the policy allows."""
    override_requires: tuple[str, ...]


_KEYS: dict[str, Callable[[CompiledPolicy, OpenTask], Any]] = {
    "priority": lambda policy, t: policy.priority_rank(t.priority) or None,
    "received_at": lambda _, t: t.received_at,
    "due_at": lambda _, t: t.due_at,
    "department": lambda _, t: t.department,
}


def queue(policy: CompiledPolicy, tickets: Sequence[OpenTask], at: datetime) -> QueueReading:
    """The tickets in the policy's order; those of which a value is not known come after those of which it is."""
    rules = policy.document.queue

    def place(ticket: OpenTask) -> tuple[Any, ...]:
        values = (_KEYS[key](policy, ticket) if key in _KEYS else ticket.starts.get(key) for key in rules.order)
        return tuple(part for value in values for part in ((1,) if value is None else (0, value)))

    d = reasoning(policy, at, "queue")
    d.cite(rules, "order")
    waiting = _waiting(tickets, rules.in_progress)
    placed = sorted(tickets, key=lambda ticket: (ticket.id in waiting, *place(ticket)))
    return QueueReading(
        order=tuple(t.id for t in placed),
        waiting=tuple(t.id for t in placed if t.id in waiting),
        override_requires=rules.override_requires,
        citations=d.citations,
        assumptions=d.assumptions,
    )


def _waiting(tickets: Sequence[OpenTask], limit: int | None) -> frozenset[str]:
    """Tickets of accounts that have reached the limit, but for those in work."""
    if limit is None:
        return frozenset()
    working = Counter(t.account for t in tickets if t.in_progress)
    idle = (t for t in tickets if not t.in_progress and t.account is not None)
    return frozenset(t.id for t in idle if working[t.account] >= limit)
