"""Targets made ready: what a clock is set to for one of them, but for its start."""

from dataclasses import dataclass
from datetime import time, timedelta

from app.base.vocabulary import Strength, TicketStatus
from app.policy.compiled.conditions import Condition
from app.policy.language.document import Document
from app.policy.language.promises import Target
from app.policy.time.clock_plans import usual_pauses


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    """What is asked for with every request stands here itself; the rest is the target's."""

    target: Target
    when: Condition
    metric: str
    kind: str
    start: str
    minimum: timedelta | None
    maximum: timedelta | None
    days: int
    calendar: str | None
    cutoff: time | None
    receipt_counts: bool
    due_at_opening: bool
    pauses: tuple[TicketStatus, ...]
    strength: Strength
    liability: str
    until_billed: bool
    """Whether work that is charged ends the promise."""
    overridden_by_contract: bool

    @classmethod
    def of(cls, target: Target, when: Condition, document: Document) -> "CompiledTarget":
        pauses = usual_pauses(target.metric) if target.pauses is None else target.pauses
        liability = target.liability
        return cls(
            target,
            when,
            target.metric,
            target.kind,
            target.start,
            minimum=target.min,
            maximum=target.max,
            days=target.n or 1,
            calendar=target.calendar,
            cutoff=time.fromisoformat(target.cutoff) if target.cutoff not in (None, "24:00") else None,
            receipt_counts=target.receipt_counts,
            due_at_opening=target.due_at == "opening",
            pauses=tuple(sorted(TicketStatus(p) for p in pauses)),
            strength=target.strength or document.strength,
            liability="credit"
            if liability is not None and not isinstance(liability, str)
            else liability or "unspecified",
            until_billed="billed" in target.cancelled_by,
            overridden_by_contract=target.overridden_by_contract,
        )
