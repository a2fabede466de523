"""Targets made ready: what a clock is set to for one of them, but for its start."""

from dataclasses import dataclass
from datetime import time

from app.base.vocabulary import Strength, TicketStatus
from app.policy.compiled.conditions import Condition
from app.policy.language.document import Document
from app.policy.language.promises import Target
from app.policy.time.clock_plans import usual_pauses


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    target: Target
    when: Condition
    metric: str
    start: str
    cutoff: time | None
    pauses: tuple[TicketStatus, ...]
    strength: Strength
    liability: str

    @classmethod
    def of(cls, target: Target, when: Condition, document: Document) -> "CompiledTarget":
        pauses = usual_pauses(target.metric) if target.pauses is None else target.pauses
        liability = target.liability
        return cls(
            target,
            when,
            target.metric,
            target.start,
            cutoff=time.fromisoformat(target.cutoff) if target.cutoff not in (None, "24:00") else None,
            pauses=tuple(sorted(TicketStatus(p) for p in pauses)),
            strength=target.strength or document.strength,
            liability="credit"
            if liability is not None and not isinstance(liability, str)
            else liability or "unspecified",
        )
