"""How long work waited at each gate, by the log: from the decision that closed it until another, or the end."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.events import EventType
from app.base.figures import Spread
from app.base.vocabulary import WorkGate

_NO_WAIT: Final = frozenset({WorkGate.OPEN, WorkGate.CLOSED})
WAITS: Final = tuple(str(gate) for gate in WorkGate if gate not in _NO_WAIT)
_ENDS: Final = frozenset({EventType.TICKET_RESOLVED, EventType.TICKET_CLOSED, EventType.TICKET_MERGED})


@dataclass(slots=True)
class Gates:
    """Of one provider. Seconds by the calendar; they count once the wait is over."""

    bounds: Sequence[int]
    _waiting: dict[UUID, tuple[str, datetime]] = field(default_factory=dict)
    _counts: dict[str, Counter[int]] = field(default_factory=lambda: {gate: Counter() for gate in WAITS})
    _seconds: Counter[str] = field(default_factory=Counter)

    def take(self, row: Mapping[str, Any]) -> None:
        """The next event of a ticket; `decided`: whether it has a decision of its own, `gate` and `ended` are of it."""
        ended = row["ended"] or row["type"] in _ENDS
        if not ended and not row["decided"]:
            return
        gate = row["gate"] if row["gate"] in WAITS and not ended else None
        held = self._waiting.get(row["ticket"])
        if held is not None and held[0] == gate:
            return
        if held is not None:
            seconds = max(0, int((row["occurred_at"] - held[1]).total_seconds()))
            self._counts[held[0]][bisect_left(self.bounds, seconds)] += 1
            self._seconds[held[0]] += seconds
            del self._waiting[row["ticket"]]
        if gate is not None:
            self._waiting[row["ticket"]] = (gate, row["occurred_at"])

    def spreads(self) -> Mapping[str, Spread]:
        """By gate at which something has waited."""
        return {gate: (of_gate, float(self._seconds[gate])) for gate, of_gate in self._counts.items() if of_gate}
