"""New settings or a new version reach open tickets: what is left of their clocks is laid out anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.base.errors import Problem
from app.base.events import EventType
from app.db.commands import Command, Overtaken, Update, carry_out
from app.db.log import own_event
from app.db.policies import numbers_at
from app.db.pool import Database
from app.db.replanning import note_unmoved, planned_by_others
from app.policy.compile import CompiledPolicy
from app.policy.tickets.ticket import Ticket
from app.services.shelf import Policies
from app.services.ticket_state import as_ticket, clock_columns, clock_rows
from app.services.tickets.knowing import counting

AT_ONCE = 100
"""Tickets that are replanned before whoever publishes is answered, those due first; the rest follow in rounds."""
_BATCH = 50
_log = structlog.get_logger("clausedesk.policies")


async def replan_at_once(database: Database, policies: Policies, provider_id: UUID, now: datetime) -> None:
    """After something was published, which stands: where the database has no time now, all is left to the rounds."""
    try:
        await replan(database, policies, provider_id, now, AT_ONCE)
    except Problem as problem:
        _log.warning("replanned_in_rounds", code=problem.code)


async def replan(database: Database, policies: Policies, provider_id: UUID, now: datetime, most: int = _BATCH) -> int:
    """How many tickets were looked at; none: all clocks go by what is in force.

    Each ticket is written by itself, with an event where a due time has moved. Verdicts given stay.
    """
    numbers = await numbers_at(database, provider_id, now)
    if numbers is None or numbers.version is None:
        return 0
    present = await policies.policy(provider_id, numbers.version, numbers.revision)
    migrates = present.document.change.open_tickets == "migrate"
    found = await planned_by_others(
        database, provider_id, numbers.version, numbers.revision, migrates=migrates, most=most
    )
    unmoved = []
    for row in found:
        before = as_ticket(row)
        policy = await counting(policies, provider_id, present, row["policy_version"], before)
        after = before.replanned(policy, now)
        if not moved(before, after):
            unmoved.append(row["id"])
            continue
        try:
            await write(database, provider_id, before, after, row["version"], policy, now)
        except Overtaken:
            continue  # whoever changed it has replanned it
    if unmoved:
        await note_unmoved(database, provider_id, unmoved, numbers.version, numbers.revision, migrates=migrates)
    return len(found)


def moved(before: Ticket, after: Ticket) -> bool:
    return bool(_moves(before, after))


def _moves(before: Ticket, after: Ticket) -> list[Mapping[str, Any]]:
    pairs = zip(before.clocks, after.clocks, strict=True)
    return [
        {
            "metric": new.metric,
            "cycle": new.terms.cycle,
            "was_due_at": old.target.due_at,
            "due_at": new.target.due_at,
        }
        for old, new in pairs
        if old.target.due_at != new.target.due_at
    ]


async def write(
    database: Database,
    provider_id: UUID,
    before: Ticket,
    after: Ticket,
    version: int,
    policy: CompiledPolicy,
    now: datetime,
) -> None:
    """The ticket with its clocks as they are laid out now; Overtaken where it has changed meanwhile."""
    id_ = UUID(after.id)
    told = {"clocks": _moves(before, after), "status": after.status}
    numbers = {"policy_version": policy.version, "settings_revision": policy.revision}
    event = own_event(provider_id, EventType.TICKET_REPLANNED, ("ticket", id_), version + 1, told, now, **numbers)
    rows = clock_rows(provider_id, id_, after.clocks, now)
    update = Update("ticket", id_, version, {**clock_columns(after, policy), "updated_at": now})
    await carry_out(database, provider_id, Command({"clock": rows, "event": [event]}, update), now)
