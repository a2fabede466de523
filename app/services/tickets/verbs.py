"""The verbs on a ticket: judged by the policy, and written with their event in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.identifiers import parse_reference
from app.base.tracing import span
from app.db.callers import Kind
from app.db.commands import Along, Command, carry_out
from app.db.tickets import SURVIVOR, TAKER
from app.policy.decision import Decision
from app.policy.desk.allowed import hindrances, let_through, out_of_turn
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.ending import surviving
from app.policy.verbs.step import Transition
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand
from app.services.facts import asserters, state
from app.services.redacting import value_without_secrets
from app.services.refusals import refusal
from app.services.repeating import in_turn, once
from app.services.speaking import speaker
from app.services.ticket_state import as_ticket, clock_rows, decided_columns, refreshed
from app.services.tickets.actions import verbs_of
from app.services.tickets.changing import changed, command, gather, shown
from app.services.tickets.knowing import Known
from app.services.tickets.offering import offered
from app.services.tickets.opening import author_of
from app.services.tickets.view import written

EVENTS: Mapping[str, EventType] = {
    "triage": EventType.TICKET_TRIAGED,
    "assign": EventType.TICKET_ASSIGNED,
    "hand_over": EventType.TICKET_HANDED_OVER,
    "escalate": EventType.TICKET_ESCALATED,
    "transfer": EventType.TICKET_TRANSFERRED,
    "diagnose": EventType.TICKET_DIAGNOSED,
    "verify": EventType.TICKET_VERIFIED,
    "availability": EventType.TICKET_AVAILABILITY_CHECKED,
    "negotiate": EventType.TICKET_NEGOTIATED,
    "schedule": EventType.TICKET_SCHEDULED,
    "excuse": EventType.TICKET_EXCUSED,
    "override": EventType.TICKET_OVERRIDDEN,
    "start_work": EventType.TICKET_WORK_STARTED,
    "record_work": EventType.TICKET_WORK_RECORDED,
    "resolve": EventType.TICKET_RESOLVED,
    "reopen": EventType.TICKET_REOPENED,
    "close": EventType.TICKET_CLOSED,
    "merge": EventType.TICKET_MERGED,
}


@dataclass(frozen=True, slots=True)
class Act:
    """A verb with what is said along with it.

    The policy reads `said` and `facts`; the log tells `said`, too, so nothing in it is anybody's own words. Those
    are the `note`, kept as a message between staff, or by a customer to them; and what only triage reads, `found`.
    """

    verb: str
    said: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    staff: str | None = None
    into: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


async def carry_through(errand: Errand, ticket: str, act: Act, expected: int | None) -> StoredAnswer:
    """The ticket as it is then; Problem where the policy (403) or the ticket's state (409) does not allow it."""
    clean = _without_secrets(act)
    return await once(in_turn(errand, lambda held: _attempt(held, ticket, clean, expected)))


def _without_secrets(act: Act) -> Act:
    words = {name: getattr(act, name) for name in ("found", "facts", "note", "columns")}
    return replace(act, **value_without_secrets(words, "", []))


async def _attempt(errand: Errand, name: str, act: Act, expected: int | None) -> StoredAnswer:
    more, given = _looked_for(errand, act)
    known = await gather(errand, name, expected, more=more, given=given)
    if known.caller.kind is Kind.SERVICE and act.verb not in verbs_of(known.caller):
        raise Problem("forbidden")
    return await act_on(errand, known, act)


async def act_on(errand: Errand, known: Known, act: Act) -> StoredAnswer:
    """Judge the verb on what is known and write it; Overtaken where something else was written first."""
    taker = _taker(known, act)
    transition = Transition(verb=act.verb, by=speaker(known.caller), payload=_payload(known, act, taker, errand.now))
    if out_of_turn(act.verb, known.ticket.turn):
        raise Problem("conflict", _standing(known.ticket))
    survivor = _survivor(known, act)
    with span("decide", verb=act.verb):
        decision, after = apply(known.policy, known.ticket, transition, known.around, errand.now, survivor=survivor)
    if not let_through(known.ticket, after):
        raise _refused(errand, known, act.verb, decision)
    if act.verb == "escalate" and act.said["to_level"] == known.ticket.level:
        raise Problem("conflict", f"The ticket is at level {known.ticket.level} already; bring it to another one.")
    after = after.changed(decision=decision)
    columns = {**act.columns, **_whose(known.ticket, after)}
    change = changed(errand, known, after, read=True, **columns)
    note = _note(errand, known, act.note) if act.note is not None else None
    told = _told(act, after, taker, survivor, note)
    plan = command(errand, known, change, EVENTS[act.verb], told)
    inserts = {**plan.inserts, "message": [note] if note is not None else []}
    along = [*plan.along]
    if survivor is not None:
        both = await errand.policies.knowing(errand.provider_id, known.policy, known.ticket, survivor)
        joint = refreshed(surviving(both, survivor, known.ticket, errand.now), both, errand.now)
        along.append(_joined(errand, known, joint, inserts))
    names = {"assignee_name": taker["name"]} if taker is not None else {}
    view = shown(errand, known, change, **names)
    answer = StoredAnswer(200, written(view), {"ETag": f'"{change.version}"'})
    whole = Command(inserts, plan.update, along, answer, errand.repeat)
    await carry_out(errand.database, errand.provider_id, whole, errand.now)
    return answer


def _whose(before: Ticket, after: Ticket) -> dict[str, Any]:
    if after.assignee == before.assignee:
        return {}
    return {"assignee_id": UUID(after.assignee) if after.assignee else None}


def _told(
    act: Act, after: Ticket, taker: Mapping[str, Any] | None, survivor: Ticket | None, note: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the log says of it; whoever is named is named by id."""
    named_too = {
        "found": sorted(act.found) or None,
        "facts": sorted(act.facts) or None,
        "staff": taker["id"] if taker is not None else None,
        "into": survivor.id if survivor is not None else None,
        "message": str(note["id"]) if note is not None else None,
    }
    return {**act.said, "status": after.status, **{k: v for k, v in named_too.items() if v is not None}}


def _refused(errand: Errand, known: Known, verb: str, decision: Decision) -> Problem:
    found = hindrances(known.policy, known.ticket, [verb], speaker(known.caller), known.around, errand.now)[verb]
    return refusal(decision, passing=found is not None and found.of_state)


def _standing(ticket: Ticket) -> str:
    if ticket.merged_into is not None:
        return "The ticket was merged into another one; go on there."
    if ticket.assignee is not None and ticket.open:
        return "Somebody has taken it; it can be handed over."
    return f"The ticket is {ticket.status}."


# ── what is said ─────────────────────────────────────────────────────────────
def _looked_for(errand: Errand, act: Act) -> tuple[str, tuple[object, object] | tuple[()]]:
    """A further row that the verb names."""
    if act.staff is not None:
        subject = errand.principal.subject if act.staff == "me" and errand.principal.is_staff else _as_id(act.staff)
        return TAKER, (subject, act.staff.lower())
    if act.into is not None:
        return SURVIVOR, (_as_id(act.into), parse_reference(act.into))
    return "", ()


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _taker(known: Known, act: Act) -> Mapping[str, Any] | None:
    if act.staff is None:
        return None
    taker: Mapping[str, Any] | None = known.row["taker"]
    if taker is None and known.caller.kind is Kind.STAFF:
        raise Problem("invalid", errors=[Fault("/staff", "not_offered", "No active staff member has this name here.")])
    return taker


def _payload(known: Known, act: Act, taker: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """What the policy reads; Problem with every fault where it knows no such thing."""
    faults = _unknown(known, act, now)
    if faults:
        raise Problem("invalid", errors=faults)
    stated = state(known.policy, act.facts, asserters(known.caller)).all
    return {
        **act.said,
        **act.found,
        **({"facts": stated} if stated else {}),
        **({"staff": taker["id"]} if taker is not None else {}),
    }


def _unknown(known: Known, act: Act, now: datetime) -> list[Fault]:
    said = act.said
    if act.verb == "override":
        there = _named(known, said["field"])
        return [] if str(said["value"]) in there else [_not_offered("/value", there)]
    if act.verb == "schedule" and "from" not in said and not known.policy.rules.get("schedule"):
        return [Fault("/window", "required", "The policy has no windows of its own: say when.")]
    if "until" in said and datetime.fromisoformat(said["until"]) <= datetime.fromisoformat(said["from"]):
        return [Fault("/window/until", "out_of_range", "The window must end after it begins.")]
    if act.verb == "negotiate" and datetime.fromisoformat(said["due_at"]) <= now:
        return [Fault("/due_at", "out_of_range", "This must lie in the future: what is past is missed, for good.")]
    faults = [
        _not_offered(f"/{name}", there)
        for name, kind in (("department", "department"), ("to_level", "level"))
        if name in said and str(said[name]) not in (there := _named(known, kind))
    ]
    if "topic" in said:
        try:
            state(known.policy, {"topic": said["topic"]}, ())
        except Problem as problem:
            faults += [Fault("/topic", fault.code, fault.message) for fault in problem.errors]
    return faults


def _named(known: Known, kind: str) -> tuple[str, ...]:
    return tuple(map(str, offered(known.policy, kind)))


def _not_offered(pointer: str, there: tuple[str, ...]) -> Fault:
    return Fault(pointer, "not_offered", f"This must be one of {', '.join(there)}." if there else "There is none.")


def _note(errand: Errand, known: Known, text: str) -> dict[str, Any]:
    internal = known.caller.kind in (Kind.STAFF, Kind.SERVICE)
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "ticket_id": known.id,
        "visibility": "internal" if internal else "public",
        **author_of(known.caller, None, None),
        "channel": known.row["channel"],
        "language": known.row["language"],
        "body": text,
        "received_at": errand.now,
        "created_at": errand.now,
    }


# ── merging ──────────────────────────────────────────────────────────────────
def _survivor(known: Known, act: Act) -> Ticket | None:
    if act.into is None:
        return None
    row = known.row["survivor"]
    if row is None or row["id"] == str(known.id) or row["account_id"] != _text(known.row["account_id"]):
        fault = Fault("/into", "not_offered", "This must be another ticket of the same account.")
        raise Problem("invalid", errors=[fault])
    survivor = as_ticket(row)
    if not survivor.open:
        raise Problem("conflict", f"The ticket that is to go on is {survivor.status}.")
    return survivor


def _text(id_: UUID | None) -> str | None:
    return str(id_) if id_ is not None else None


def _joined(errand: Errand, known: Known, after: Ticket, inserts: dict[str, Any]) -> Along:
    """The other ticket's rows; its event has the next number, so that of two changes of it one comes second."""
    id_, version = UUID(after.id), known.row["survivor"]["version"] + 1
    columns = {**decided_columns(after, known.policy, errand.now), "received_at": after.received_at}
    told = {"merged": str(known.id), "status": after.status}
    event = errand.event(EventType.TICKET_JOINED, ("ticket", id_), version, told)
    inserts["clock"] = [*inserts["clock"], *clock_rows(errand.provider_id, id_, after.clocks, errand.now)]
    inserts["event"] = [*inserts["event"], event]
    return Along("ticket", {"id": id_}, columns)
