"""A request decided, and where it is about the same as an open ticket, joined to that one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.base.tracing import span
from app.db.commands import Overtaken
from app.db.tickets import read_ticket
from app.policy import life
from app.policy.tickets.ticket import Ticket
from app.services.errands import Errand
from app.services.requests import Gathered
from app.services.ticket_state import as_ticket


@dataclass(slots=True)
class Arrived:
    """What the policy says to a request, and the row of the open ticket that takes it over. Nobody changes one."""

    opened: life.Opened
    first: Mapping[str, Any] | None = None


async def arrive(errand: Errand, given: Gathered, received_at: datetime, id_: UUID) -> Arrived:
    """Few requests are about what is open already, so that a ticket is read whole only where one is."""
    with span("decide"):
        opened = life.open_ticket(given.policy, given.request, given.around, received_at, id_=str(id_))
    if opened.joins is None:
        return Arrived(opened)
    row, first = await first_ticket(errand, opened.joins)
    return Arrived(life.joined(given.policy, given.around, opened, first, received_at), row)


async def first_ticket(errand: Errand, id_: str) -> tuple[Mapping[str, Any], Ticket]:
    """The open ticket about the same, and its row; Overtaken where it has ended since."""
    name = (UUID(id_), None)
    _, row = await read_ticket(errand.database, errand.provider_id, errand.principal, name, errand.now)
    if row is None or not (ticket := as_ticket(row)).open:
        raise Overtaken
    return row, ticket
