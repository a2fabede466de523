"""Where a ticket stands: as much of it as the turn of a verb and the right to use one depend on."""

from typing import NamedTuple

from app.base.vocabulary import Outcome, TicketStatus, WorkGate

ENDED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


class Turn(NamedTuple):
    """In the words of the row, of which those of a decision are a kind; what it depends on is remembered by it."""

    status: str
    outcome: str
    reason: str | None
    work_gate: str
    merged: bool
    department: str | None
    level: int | None
    declined: bool
    """Whether its price was declined."""
    agreed: bool
    """Whether somebody has agreed to a price of it."""
    action: str | None
    """The administrative action that was asked for with it."""
    channel: str | None
    assignee: str | None

    @property
    def open(self) -> bool:
        return self.status not in ENDED

    @property
    def held(self) -> bool:
        return self.outcome == Outcome.HELD

    @property
    def rejected(self) -> bool:
        """It was never taken up."""
        return not self.open and self.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED)

    @property
    def unagreed(self) -> bool:
        """Its price waits for somebody to agree to it for the first time."""
        return self.work_gate == WorkGate.AWAITING_CONSENT and not self.agreed
