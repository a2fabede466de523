"""Tickets whose time has come: clocks missed or near their time, whiles that are over, windows, prices that end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from app.base.actor import the_system
from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import ClockState, QuoteStatus, Role
from app.db.callers import CallerRow, Kind
from app.db.commands import Along, Command, carry_out
from app.db.due import DueTicket, due_ticket, let_sleep
from app.db.pool import Database
from app.db.problems import violated_constraint
from app.policy.desk.events import Event
from app.policy.desk.triggers import WINDOW_OPENED, Trigger, noticed, price_expired, whiles, window_opened
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine
from app.services.consequences import on_account
from app.services.errands import Errand
from app.services.offers import expired
from app.services.repeating import persistently
from app.services.shelf import Policies
from app.services.ticket_state import clock_rows
from app.services.tickets.changing import as_due_now, changed, command, written_clocks
from app.services.tickets.knowing import Known, known_of

_MOST_IN_A_ROW: Final = 50
"""Happenings of one ticket in one round."""


async def attend(database: Database, policies: Policies, due: DueTicket, now: datetime) -> int:
    """Whatever has happened to the ticket by itself, one thing after the other; how many there were."""
    errand = Errand(database, policies, due.provider_id, the_system(due.provider), now)
    for happened in range(_MOST_IN_A_ROW):
        if not await _attend(errand, due):
            return happened
    return _MOST_IN_A_ROW


async def _attend(errand: Errand, due: DueTicket) -> bool:
    """The first thing that has happened to it by itself, told and carried out. False: there is nothing more."""
    try:
        return await persistently(partial(_attempt, errand, due))
    except Problem as problem:
        if violated_constraint(problem) == "uq_event_breach":
            return True  # another worker has told it just now
        raise


async def _attempt(errand: Errand, due: DueTicket) -> bool:
    row = await due_ticket(errand.database, errand.provider_id, due.ticket_id, errand.now)
    if row is None:
        return False
    known = await as_due_now(errand, await known_of(errand, _nobody(), row))
    happening = _first(known, errand.now)
    if happening is None:
        until = _next_wake(known, known.ticket, row["woken"])
        await let_sleep(errand.database, errand.provider_id, known.id, row["version_of_row"], until, errand.now)
        return False
    await _write(errand, known, happening)
    return True


def _nobody() -> CallerRow:
    """The desk itself: it speaks to no list of people."""
    return CallerRow(
        kind=Kind.SERVICE,
        id=UUID(int=0),
        role=Role.SERVICE,
        account=None,
        reseller=None,
        email=None,
        login=None,
        name=None,
        listed_as=None,
        level=None,
        departments=(),
        supervisor=False,
        scopes=frozenset(),
    )


# ── what has happened ────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Happening:
    """What time has brought about: how the log names it, what rules may say to it, and which clock or while it is."""

    kind: EventType
    at: datetime
    told: Mapping[str, Any]
    event: Event | None = None
    clock: tuple[str, int] | None = None
    mark: str | None = None
    """Kept with the ticket, so that the same while does not come twice."""
    quote: Mapping[str, Any] | None = None
    """The price that stands no longer."""


def _first(known: Known, now: datetime) -> Happening | None:
    """Of all that has happened and was not told yet what came first."""
    found = [*_of_clocks(known, now), *_of_whiles(known, now), *_lapsed(known, now)]
    return min(found, key=lambda happening: happening.at, default=None)


def _of_clocks(known: Known, now: datetime) -> Iterator[Happening]:
    rows = {(row["metric"], row["cycle"]): row for row in known.row["clocks"]}
    for line in known.ticket.read_again(known.policy, now).clocks:
        row = rows.get((line.metric, line.terms.cycle))
        if row is None:
            continue
        if line.state is ClockState.BREACHED and row["breach_announced_at"] is None:
            yield _missed(line, line.target.due_at or now)
        near = line.state is ClockState.RUNNING and row["warned_at"] is None
        if near and line.warn_at is not None and line.warn_at <= now:
            yield _near(line, line.warn_at)


def _of_whiles(known: Known, now: datetime) -> Iterator[Happening]:
    return (_over(t) for t in whiles(known.policy, known.ticket) if t.at <= now and _mark(t) not in known.row["woken"])


def _missed(line: ClockLine, at: datetime) -> Happening:
    event = Event(type="breached", fields={"metric": line.metric, "cycle": line.terms.cycle})
    told = {**_of_clock(line), "strength": line.target.strength, "liability": line.target.liability}
    return Happening(EventType.TICKET_BREACHED, at, told, event, clock=(line.metric, line.terms.cycle))


def _near(line: ClockLine, at: datetime) -> Happening:
    return Happening(EventType.TICKET_WARNED, at, _of_clock(line), clock=(line.metric, line.terms.cycle))


def _of_clock(line: ClockLine) -> dict[str, Any]:
    return {"metric": line.metric, "cycle": line.terms.cycle, "due_at": line.target.due_at}


def _over(trigger: Trigger) -> Happening:
    event, mark = trigger.event, _mark(trigger)
    if event.type == WINDOW_OPENED:
        return Happening(EventType.TICKET_WINDOW_OPENED, trigger.at, {"from": trigger.at}, event, mark=mark)
    return Happening(EventType.TICKET_ELAPSED, trigger.at, dict(event.fields), event, mark=mark)


def _lapsed(known: Known, now: datetime) -> Iterator[Happening]:
    quote = known.row["latest_quote"]
    if quote is not None and known.ticket.open and expired(quote, now):
        told = {"quote": quote["id"], "version": quote["edition"]}
        yield Happening(EventType.TICKET_PRICE_EXPIRED, datetime.fromisoformat(quote["expires_at"]), told, quote=quote)


def _mark(trigger: Trigger) -> str:
    """The same for one occurrence of a while, wherever its end is moved."""
    fields = trigger.event.fields
    parts = (trigger.event.type, fields.get("since"), fields.get("after"), fields.get("calendar"))
    return " ".join(str(part) for part in (*parts, trigger.since and trigger.since.isoformat()) if part is not None)


# ── written ──────────────────────────────────────────────────────────────────
async def _write(errand: Errand, known: Known, happening: Happening) -> None:
    """The ticket, its clocks and the event; what the policy's rules bring about is in the same statement."""
    after, decided = _followed(errand, known, happening)
    woken = [*known.row["woken"], happening.mark] if happening.mark is not None else known.row["woken"]
    waiting = {_mark(trigger) for trigger in whiles(known.policy, after)}
    columns: dict[str, Any] = {
        "woken": [mark for mark in woken if mark in waiting],
        "wake_at": _next_wake(known, after, woken),
    }
    # A price that is over is told of before another takes its place.
    latest = known.row["latest_quote"]
    change = changed(errand, known, after, priced=latest is None or not expired(latest, errand.now), **columns)
    plan = command(errand, known, change, happening.kind, dict(happening.told), decided=decided)
    moved = {id(line) for line in written_clocks(known, change)}
    lines = [
        line for line in change.ticket.clocks if id(line) in moved or (line.metric, line.terms.cycle) == happening.clock
    ]
    rows = clock_rows(errand.provider_id, known.id, lines, errand.now)
    clocks = [_told_of(row, known, happening, errand.now) for row in rows]
    along, events = on_account(errand, after.decision, known.account) if decided else ([], [])
    ended, quote_events = _ended(errand, known, happening.quote)
    inserts = {**plan.inserts, "clock": clocks, "event": [*plan.inserts["event"], *events, *quote_events]}
    whole = Command(inserts, plan.update, (*plan.along, *along, *ended))
    await carry_out(errand.database, errand.provider_id, whole, errand.now)


def _ended(
    errand: Errand, known: Known, quote: Mapping[str, Any] | None
) -> tuple[Sequence[Along], Sequence[dict[str, Any]]]:
    if quote is None:
        return (), ()
    told = {"ticket_id": known.id, "account_id": known.row["account_id"], "edition": quote["edition"]}
    event = errand.event(EventType.QUOTE_EXPIRED, ("quote", UUID(quote["id"])), quote["version"] + 1, told)
    where = {"id": UUID(quote["id"]), "status": QuoteStatus.OFFERED}
    return [Along("quote", where, {"status": QuoteStatus.EXPIRED, "updated_at": errand.now})], [event]


def _followed(errand: Errand, known: Known, happening: Happening) -> tuple[Ticket, bool]:
    """The ticket after the rules about it, and whether they had anything to say."""
    if happening.quote is not None:
        decision, after = price_expired(known.policy, known.ticket, known.around, errand.now)
        return after.changed(decision=decision), True
    if happening.event is None:
        return known.ticket, False
    if happening.event.type == WINDOW_OPENED:
        decision, after = window_opened(known.policy, known.ticket, errand.now)
        return after.changed(decision=decision), True
    decision, after = noticed(known.policy, known.ticket, happening.event, known.around, errand.now)
    if not decision.effects and after == known.ticket:
        return known.ticket, False
    return after.changed(decision=decision), True


def _next_wake(known: Known, ticket: Ticket, woken: Sequence[str]) -> datetime | None:
    """Of the whiles that it was not woken for, those that are over by now included: the round goes on with them."""
    return min((t.at for t in whiles(known.policy, ticket) if _mark(t) not in woken), default=None)


def _told_of(row: Mapping[str, Any], known: Known, happening: Happening, now: datetime) -> dict[str, Any]:
    """The clock's row, with what was told of it before and now."""
    before = next((c for c in known.row["clocks"] if (c["metric"], c["cycle"]) == (row["metric"], row["cycle"])), None)
    told = {name: before[name] if before is not None else None for name in ("breach_announced_at", "warned_at")}
    if (row["metric"], row["cycle"]) == happening.clock:
        told["breach_announced_at" if happening.kind is EventType.TICKET_BREACHED else "warned_at"] = now
    return {**row, **told}
