"""A ticket between its row and the policy: what is stored so that the policy's view of it can be had again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from operator import attrgetter, is_
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from app.base.vocabulary import ClockState, Coverage, Outcome
from app.policy.compile import CompiledPolicy, Numbers
from app.policy.decision import DECISIONS, Decision, FeeDecision, written
from app.policy.desk.triggers import whiles
from app.policy.language.standard import CLAIMED
from app.policy.situation import OpenTicket
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine
from app.policy.tickets.turn import Turn
from app.services.remembering import remembered, remembered_since

_decided = attrgetter(
    *("account", "request", "facts", "decision", "status", "department", "level", "money", "incident"),
    *("merged_into", "resolved_at", "closed_at"),
)
_TICKETS = TypeAdapter(Ticket)
_FEES = TypeAdapter(FeeDecision)


def as_ticket(row: Mapping[str, Any]) -> Ticket:
    """The policy's view of a row that also has `account_number`."""
    state = row["state"]
    facts = {**row["facts"], **{CLAIMED + name: value for name, value in row["claimed"].items()}}
    request = {
        **state.get("request", {}),
        "channel": row["channel"],
        "sender": row["requester"] or None,
        "estimated_minutes": row["estimated_minutes"],
        "facts": facts,
    }
    return _TICKETS.validate_python(
        {
            "id": str(row["id"]),
            "account": row["account_number"],
            "received_at": row["received_at"],
            "request": request,
            "facts": facts,
            "decision": _decision(row["decision"]),
            "status": row["status"],
            "department": row["department"],
            "level": row["level"],
            "assignee": str(row["assignee_id"]) if row["assignee_id"] else None,
            "merged_into": str(row["merged_into"]) if row["merged_into"] else None,
            "incident": row["incident"],
            "resolved_at": row["resolved_at"],
            "closed_at": row["closed_at"],
            **{name: value for name, value in state.items() if name != "request"},
        }
    )


def _decision(kept: Mapping[str, Any] | str) -> Decision:
    """Some statements give it as the text that it is."""
    return DECISIONS.validate_json(kept) if isinstance(kept, str) else DECISIONS.validate_python(kept)


def fee_of(decision: str) -> FeeDecision | None:
    fee = orjson.loads(decision)["fee"]
    return _FEES.validate_python(fee) if fee is not None else None


class KeptTicket:
    """The ticket of a row: where it stands is read off its columns, the whole of it is made when somebody asks."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row
        self.id = str(row["id"])

    @cached_property
    def whole(self) -> Ticket:
        return as_ticket(self._row)

    @property
    def fee(self) -> FeeDecision | None:
        return self.whole.decision.fee

    @cached_property
    def turn(self) -> Turn:
        row, state = self._row, self._row["state"]
        money: Mapping[str, Any] = state.get("money", {})
        return Turn(
            status=row["status"],
            outcome=row["outcome"],
            reason=row["reason"],
            work_gate=row["work_gate"],
            merged=row["merged_into"] is not None,
            department=row["department"],
            level=row["level"],
            declined=money.get("declined", False),
            agreed=money.get("consented") is not None,
            action=state.get("request", {}).get("action"),
            channel=row["channel"],
            assignee=str(row["assignee_id"]) if row["assignee_id"] else None,
        )

    @property
    def planners(self) -> frozenset[Numbers]:
        """Versions and settings that its clocks were ever planned by."""
        clocks = self._row["state"].get("clocks", ())
        planned = (part["terms"] for clock in clocks for part in (clock, *clock.get("records", ())) if "terms" in part)
        return frozenset((version, revision) for version, revision in (terms["by"] for terms in planned))


def as_open_ticket(row: Mapping[str, Any]) -> OpenTicket:
    """An open ticket as a request about the same asks for it."""
    facts = {**row["facts"], **{CLAIMED + name: value for name, value in row["claimed"].items()}}
    held = row["outcome"] == Outcome.HELD
    return OpenTicket(id=row["id"], status=row["status"], held=held, received_at=row["received_at"], facts=facts)


def refreshed(ticket: Ticket, policy: CompiledPolicy, at: datetime) -> Ticket:
    """The ticket with its clocks read at this instant: one may have been missed since the last change."""
    return ticket.changed(clocks=tuple(line.current(policy, at) for line in ticket.clocks))


def changed_columns(
    before: Ticket, after: Ticket, policy: CompiledPolicy, at: datetime, kept: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Columns that differ after a change; where nothing else was decided, those of what the ticket remembers.

    `kept`: what its row remembers of `before`, if it is that.
    """
    if all(map(is_, _decided(before), _decided(after))):
        state = remembered(after) if kept is None else remembered_since(before, after, kept)
        return {"decided_at": at, "updated_at": at, "state": orjson.Fragment(state), **_due(after, policy)}
    return decided_columns(after, policy, at)


def decided_columns(ticket: Ticket, policy: CompiledPolicy, at: datetime) -> dict[str, Any]:
    """Columns of a ticket's row that a decision may change."""
    decision, fee, schedule = ticket.decision, ticket.decision.fee, ticket.decision.schedule
    facts, claimed = dict(ticket.facts), dict[str, Any]()
    for name in [name for name in facts if name.startswith(CLAIMED)]:
        claimed[name.removeprefix(CLAIMED)] = facts.pop(name)
    return {
        "status": ticket.status,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "priority": decision.priority,
        "department": ticket.department,
        "level": ticket.level,
        "topic": decision.topic,
        "topic_source": decision.topic_source,
        "coverage": decision.coverage or Coverage.UNSPECIFIED,
        "work_gate": decision.work_gate,
        "fee": {"kind": "none", "amount": "0.00", "currency": policy.document.currency}
        if fee is None
        else orjson.Fragment(written(fee)),
        "schedule": None if schedule is None else schedule.model_dump(mode="json", by_alias=True),
        "standing": decision.standing,
        "language": decision.language,
        "facts": facts,
        "claimed": claimed,
        "decision": orjson.Fragment(written(decision)),
        "policy_version": decision.policy_version,
        "settings_revision": decision.settings_revision,
        "estimated_minutes": ticket.request.estimated_minutes,
        "worked_minutes": ticket.money.minutes_used,
        "decided_at": at,
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "incident": ticket.incident,
        "merged_into": UUID(ticket.merged_into) if ticket.merged_into else None,
        "updated_at": at,
        **clock_columns(ticket, policy),
    }


def clock_columns(ticket: Ticket, policy: CompiledPolicy) -> dict[str, Any]:
    """What a ticket's row keeps of its clocks and of what else waits for its time."""
    return {"state": orjson.Fragment(remembered(ticket)), **_due(ticket, policy)}


def _due(ticket: Ticket, policy: CompiledPolicy) -> dict[str, Any]:
    running = [due for c in ticket.clocks if c.state is ClockState.RUNNING and (due := c.target.due_at) is not None]
    waking = [trigger.at for trigger in whiles(policy, ticket)]
    return {
        "next_due_at": min(running, default=None),
        "breached": ClockState.BREACHED in [c.state for c in ticket.clocks],
        "wake_at": min(waking, default=None),
    }


def clock_rows(provider_id: UUID, id_: UUID, clocks: Sequence[ClockLine], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "provider_id": provider_id,
            "ticket_id": id_,
            "metric": line.metric,
            "cycle": line.terms.cycle,
            "state": line.state,
            "kind": line.target.kind,
            "calendar": line.target.calendar,
            "strength": line.target.strength,
            "liability": line.target.liability,
            "started_at": line.target.clock_start,
            "earliest_at": line.target.earliest_at,
            "due_at": line.target.due_at,
            "stopped_at": line.stopped_at,
            "consumed_seconds": int(line.used.total_seconds()),
            **_planner(line),
            "excused_by": line.excused_by,
            "warn_at": line.warn_at,
            "updated_at": at,
        }
        for line in clocks
    ]


def _planner(line: ClockLine) -> dict[str, int | None]:
    set_to = line.set_to
    if all(terms.calendar is None for terms in set_to):
        return {"policy_version": None, "settings_revision": None}
    version, revision = set_to[-1].by
    return {"policy_version": version, "settings_revision": revision}
