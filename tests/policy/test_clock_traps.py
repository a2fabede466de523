"""How desks get their clocks wrong, a test for each: the numbers are those of a catalogue of known faults."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.base.vocabulary import ClockState, TicketStatus
from app.policy.life import Desk, open_ticket
from app.policy.messages import reply
from app.policy.situation import Request, Sender
from app.policy.tickets.ticket import Ticket
from app.policy.time.calendars import CalendarHorizonExceeded
from app.policy.time.clock_plans import WAITING, ClockKind, ClockPlan
from app.policy.time.clocks import (
    Cancelled,
    ClockEvent,
    ClockReading,
    Reclassified,
    Replanned,
    StatusChanged,
    Stopped,
    read,
)
from app.policy.time.cycles import rederived, reopened
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import HELPER, OWNER, QUAY, STAFF, harbour
from tests.policy.weeks import HOUR, MINUTE, OFFICE, Week, local, on_days, opening_hours

NINE_TO_FIVE = opening_hours(on_days(range(5), ("09:00", "17:00")))
SPLIT = opening_hours(on_days(range(5), ("09:00", "12:00"), ("13:00", "17:00")))
WAITING_CUSTOMER, OPEN = TicketStatus.WAITING_CUSTOMER, TicketStatus.OPEN
AROUND = Desk(account=QUAY, account_named=True)
TALKING = harbour(
    {
        "targets": {
            "talk": {
                "metric": "next_reply",
                "kind": "elapsed",
                "max": "PT4H",
                "start": "customer_reply",
                "clauses": ["HAR-3"],
            }
        }
    }
)
"""A policy by which replies are measured too."""


def at(text: str) -> datetime:
    """Of the week of Friday, 13 February 2026, on the wall in Johannesburg."""
    day, clock = text.split()
    number = {"Wed": 11, "Thu": 12, "Fri": 13, "Sat": 14, "Sun": 15, "Mon": 16, "Tue": 17}[day]
    return local(f"2026-02-{number} {clock}")


def resolve(start: str, hours: float = 4, kind: ClockKind = ClockKind.BUSINESS) -> ClockPlan:
    return ClockPlan(
        "resolve", kind, at(start), maximum=hours * HOUR, calendar=NINE_TO_FIVE, pauses=WAITING, liability="none"
    )


def waiting(start: str, end: str) -> list[ClockEvent]:
    return [StatusChanged(at(start), WAITING_CUSTOMER), StatusChanged(at(end), OPEN)]


def test_trap_01_a_pause_is_measured_in_the_time_of_the_target() -> None:
    reading = read(resolve("Fri 15:00"), waiting("Fri 16:00", "Mon 09:00"), at("Mon 09:00"))
    assert reading.due_at == at("Mon 12:00")
    assert (reading.consumed, reading.remaining) == (HOUR, 3 * HOUR)


def test_trap_02_resolved_out_of_a_pause_counts_none_of_it() -> None:
    events: list[ClockEvent] = [StatusChanged(at("Wed 10:00"), WAITING_CUSTOMER), Stopped(at("Mon 15:00"))]
    reading = read(resolve("Wed 09:00"), events, at("Tue 09:00"))
    assert (reading.state, reading.consumed, reading.overdue) == (ClockState.MET, HOUR, 0 * HOUR)


@pytest.mark.parametrize("stop_first", [True, False])
def test_trap_02_an_answer_and_a_pause_in_one_step_keep_the_answer(stop_first: bool) -> None:
    step: list[ClockEvent] = [Stopped(at("Fri 10:00")), StatusChanged(at("Fri 10:00"), WAITING_CUSTOMER)]
    reading = read(resolve("Fri 09:00"), step if stop_first else step[::-1], at("Mon 09:00"))
    assert (reading.state, reading.stopped_at, reading.consumed) == (ClockState.MET, at("Fri 10:00"), HOUR)


def test_trap_03_a_clock_starts_in_the_state_of_the_opening_event() -> None:
    opened_waiting = [StatusChanged(at("Fri 09:00"), WAITING_CUSTOMER)]
    reading = read(resolve("Fri 09:00"), opened_waiting, at("Mon 09:00"))
    assert (reading.state, reading.consumed, reading.due_at) == (ClockState.PAUSED, 0 * HOUR, at("Mon 13:00"))


def test_trap_03_a_ticket_opened_closed_has_no_clock_that_runs() -> None:
    reading = read(resolve("Fri 09:00"), [Stopped(at("Fri 09:00"))], at("Tue 09:00"))
    assert (reading.state, reading.consumed) == (ClockState.MET, 0 * HOUR)


def test_trap_04_a_pause_outlives_a_change_of_target() -> None:
    events: list[ClockEvent] = [
        StatusChanged(at("Fri 10:00"), WAITING_CUSTOMER),
        Reclassified(at("Fri 11:00"), resolve("Fri 11:00", 2)),
    ]
    reading = read(resolve("Fri 09:00"), events, at("Mon 09:00"))
    assert (reading.state, reading.due_at) == (ClockState.PAUSED, at("Mon 11:00"))


def test_trap_04_a_pause_before_the_clock_counts_for_it() -> None:
    reading = read(resolve("Fri 10:00"), waiting("Thu 16:00", "Fri 11:00"), at("Fri 12:00"))
    assert (reading.consumed, reading.due_at) == (HOUR, at("Fri 15:00"))


def test_trap_05_time_in_resolved_is_no_pause_and_reopening_goes_on_with_the_rest() -> None:
    plan = resolve("Thu 09:00")
    stopped = read(plan, [Stopped(at("Thu 12:00"))], at("Mon 10:00"))
    following = reopened(plan, stopped, at("Mon 10:00"))
    assert following is not None
    reading = read(following, [], at("Mon 10:30"))
    assert (reading.cycle, reading.due_at, reading.remaining) == (2, at("Mon 11:00"), 30 * MINUTE)


def test_trap_05_a_miss_is_not_given_a_second_time_by_reopening() -> None:
    plan = resolve("Thu 09:00")
    assert reopened(plan, read(plan, [Stopped(at("Thu 13:01"))], at("Fri 10:00")), at("Fri 10:00")) is None


def opened() -> Ticket:
    """A ticket of Friday, 09:00."""
    return open_ticket(
        TALKING, Request(sender=OWNER, facts={"topic": "web.error"}), AROUND, at("Fri 09:00"), id_="t"
    ).ticket


def after(ticket: Ticket, *said: tuple[Sender, str], channel: str = "portal") -> Ticket:
    """The ticket after these people wrote to it."""
    for sender, when in said:
        ticket = reply(TALKING, ticket, Request(sender=sender, channel=channel), AROUND, at(when)).ticket
    return ticket


def replies(ticket: Ticket) -> list[tuple[datetime, datetime | None]]:
    """When each reply clock began and ended."""
    return [(line.terms.start, line.stopped_at) for line in ticket.clocks if line.metric == "next_reply"]


def test_trap_06_the_reply_clock_starts_only_after_the_first_response() -> None:
    unanswered = after(opened(), (OWNER, "Fri 10:00"))
    assert replies(unanswered) == []
    answered = after(unanswered, (STAFF, "Fri 11:00"))
    assert replies(answered) == []
    assert replies(after(answered, (OWNER, "Fri 12:00"))) == [(at("Fri 12:00"), None)]


def test_trap_07_the_reply_clock_runs_from_the_oldest_unanswered_message_and_not_while_staff_spoke_last() -> None:
    answered = after(opened(), (STAFF, "Fri 09:30"))
    waiting = after(answered, (OWNER, "Fri 10:00"), (HELPER, "Fri 11:00"))
    assert replies(waiting) == [(at("Fri 10:00"), None)]
    told = after(waiting, (STAFF, "Fri 12:00"), (STAFF, "Fri 13:00"))
    assert replies(told) == [(at("Fri 10:00"), at("Fri 12:00"))]
    assert replies(after(told, (OWNER, "Fri 14:00")))[1:] == [(at("Fri 14:00"), None)]


def test_trap_08_a_message_counts_whatever_the_channel() -> None:
    answered = after(opened(), (STAFF, "Fri 10:00"), channel="email")
    assert [line.state for line in answered.clocks if line.metric == "first_response"] == [ClockState.MET]
    for channel in ("portal", "email"):
        assert replies(after(answered, (OWNER, "Fri 11:00"), channel=channel)) == [(at("Fri 11:00"), None)]


def test_trap_09_no_clock_outlives_its_rule() -> None:
    first, reply = replace(resolve("Fri 09:00"), metric="first_response"), resolve("Fri 09:00")
    repair = replace(reply, metric="repair")
    quicker = replace(first, maximum=HOUR, start=at("Fri 10:00"))
    change = rederived([first, reply], [quicker, repair])
    assert change.started == (repair,)
    assert change.reclassified == (quicker,)
    assert change.cancelled == (reply,)
    assert read(reply, [Cancelled(at("Fri 10:00"))], at("Tue 09:00")).state is ClockState.CANCELLED


def test_trap_09_a_clock_whose_rule_is_the_same_is_left_alone() -> None:
    plan = resolve("Fri 09:00")
    same = replace(plan, start=at("Fri 10:00"), calendar=opening_hours(OFFICE))
    assert rederived([plan], [same]) == rederived([], [])


def test_trap_10_a_calendar_edit_replans_what_remains() -> None:
    plan = resolve("Fri 15:00")
    monday_off = opening_hours(on_days(range(5), ("09:00", "17:00")), closed=[date(2026, 2, 16)])
    events = [Replanned(at("Fri 16:00"), replace(plan, calendar=monday_off))]
    reading = read(plan, events, at("Fri 16:00"))
    assert (reading.due_at, reading.consumed, reading.remaining) == (at("Tue 11:00"), HOUR, 3 * HOUR)


def test_trap_10_a_calendar_edit_never_rewrites_a_verdict() -> None:
    plan = resolve("Fri 09:00", 2)
    friday_off = replace(
        plan, calendar=opening_hours(on_days(range(5), ("09:00", "17:00")), closed=[date(2026, 2, 13)])
    )
    edit = Replanned(at("Fri 15:00"), friday_off)
    missed = read(plan, [edit], at("Mon 09:00"))
    assert (missed.state, missed.due_at) == (ClockState.BREACHED, at("Fri 11:00"))
    met = read(plan, [Stopped(at("Fri 10:00")), edit], at("Mon 09:00"))
    assert (met.verdict, met.due_at, met.consumed) == (ClockState.MET, at("Fri 11:00"), HOUR)


def test_trap_10_a_new_holiday_moves_the_next_business_day() -> None:
    plan = replace(resolve("Fri 10:00", kind=ClockKind.NEXT_BUSINESS_DAY), maximum=None)
    week = on_days(range(5), ("09:00", "17:00")) | on_days([1], ("10:00", "12:00"))
    monday_off = opening_hours(week, closed=[date(2026, 2, 16)])
    reading = read(plan, [Replanned(at("Fri 11:00"), replace(plan, calendar=monday_off))], at("Fri 11:00"))
    assert reading.due_at == at("Tue 12:00")


def test_trap_11_no_minute_is_lost_at_midnight() -> None:
    all_day = opening_hours(on_days(range(7), ("00:00", "24:00")))
    assert all_day.add(at("Fri 22:00"), 72 * HOUR) == at("Mon 22:00")
    assert all_day.elapsed(at("Fri 00:00"), at("Mon 00:00")) == 72 * HOUR


def test_trap_12_lunch_is_not_worked() -> None:
    plan = replace(resolve("Fri 11:00"), calendar=SPLIT)
    assert plan.times.due_at == at("Fri 16:00")
    assert read(plan, [], at("Fri 13:30")).consumed == 1.5 * HOUR


def test_trap_13_a_day_of_23_or_25_hours_has_as_many() -> None:
    toronto = opening_hours(on_days(range(7), ("00:00", "24:00")), "America/Toronto")
    for start, hours in (("2026-03-08", 23), ("2026-11-01", 25)):
        midnight = local(f"{start} 00:00", "America/Toronto")
        assert toronto.business_day(midnight, 0).closes - midnight == hours * HOUR
        assert toronto.add(midnight, 24 * HOUR) == midnight + 24 * HOUR


def test_trap_14_instants_leave_in_utc_whatever_zone_they_came_in() -> None:
    plan = replace(resolve("Fri 15:00"), start=at("Fri 15:00").astimezone(NINE_TO_FIVE.zone))
    reading = read(plan, [], at("Fri 16:00"))
    assert reading == read(resolve("Fri 15:00"), [], at("Fri 16:00"))
    for instant in (reading.started_at, reading.due_at, reading.warn_at):
        assert instant is not None
        assert instant.tzinfo is UTC


def test_trap_15_only_the_dates_that_are_given_are_holidays() -> None:
    christmas = local("2026-12-25 09:00")
    assert NINE_TO_FIVE.is_open(christmas)
    assert not opening_hours(OFFICE, closed=[date(2026, 12, 25)]).is_open(christmas)


def test_trap_16_a_calendar_without_an_opening_is_refused() -> None:
    weeks: list[Week] = [{}, {0: []}]
    for week in weeks:
        with pytest.raises(ValueError, match="never opens"):
            opening_hours(week)


def test_trap_16_a_long_closure_is_neither_due_at_once_nor_endless() -> None:
    summer = [date(2026, 2, 14) + timedelta(days=n) for n in range(60)]
    closed = replace(resolve("Fri 16:00"), calendar=opening_hours(OFFICE, closed=summer))
    assert closed.times.due_at == local("2026-04-15 11:30")
    with pytest.raises(CalendarHorizonExceeded):
        _ = replace(closed, calendar=opening_hours(OFFICE, closed=summer, last=date(2026, 3, 31))).times


def test_trap_17_one_day_is_said_in_its_unit_and_calendar() -> None:
    day = timedelta(days=1)
    due = {
        kind: replace(resolve("Fri 15:00", kind=kind), maximum=day).times.due_at
        for kind in (ClockKind.ELAPSED, ClockKind.BUSINESS, ClockKind.NEXT_BUSINESS_DAY)
    }
    assert due == {
        ClockKind.ELAPSED: at("Sat 15:00"),
        ClockKind.BUSINESS: local("2026-02-18 15:00"),
        ClockKind.NEXT_BUSINESS_DAY: at("Mon 17:00"),
    }


def test_trap_18_a_warning_comes_in_the_open_time_of_the_clock() -> None:
    assert read(resolve("Fri 16:00"), [], at("Fri 16:00")).warn_at == at("Mon 11:00")
    exactly_at_closing = read(resolve("Fri 14:00"), [], at("Fri 14:00"))
    assert exactly_at_closing.warn_at == at("Mon 09:00")
    assert read(resolve("Fri 16:00", kind=ClockKind.ELAPSED), [], at("Fri 16:00")).warn_at == at("Fri 19:00")


def test_trap_18_a_warning_moves_with_a_pause() -> None:
    assert read(resolve("Fri 09:00"), waiting("Fri 10:00", "Fri 11:00"), at("Fri 11:00")).warn_at == at("Fri 13:00")


def test_trap_19_closing_gives_each_clock_its_verdict_exactly_once() -> None:
    answered = after(opened(), (STAFF, "Fri 10:00"))
    for ticket in (opened(), answered, after(answered, (OWNER, "Fri 11:00"))):
        closing = Transition(verb="close", by=STAFF)
        _, closed = apply(TALKING, ticket, closing, AROUND, at("Fri 15:00"))
        assert {line.state for line in closed.clocks} <= {ClockState.MET, ClockState.BREACHED}
        for line, before in zip(closed.clocks, ticket.clocks, strict=True):
            assert [record.kind for record in line.records].count("stopped") == 1
            assert line.stopped_at == (before.stopped_at or at("Fri 15:00"))
        assert apply(TALKING, closed, closing, AROUND, at("Mon 09:00"))[1].clocks == closed.clocks


def test_trap_20_a_breach_is_there_the_moment_it_is_read() -> None:
    plan, due = resolve("Fri 09:00"), at("Fri 13:00")
    assert read(plan, [], due).state is ClockState.RUNNING
    late = read(plan, [], due + timedelta(seconds=1))
    assert (late.state, late.verdict, late.overdue_seconds) == (ClockState.BREACHED, ClockState.BREACHED, 1)


def test_trap_21_the_terms_are_those_of_the_event_not_todays() -> None:
    plan = resolve("Fri 09:00")
    lower = replace(plan, maximum=40 * HOUR, strength=plan.strength, liability="unspecified")
    events: list[ClockEvent] = [Stopped(at("Fri 14:00")), Reclassified(at("Fri 15:00"), lower)]
    reading = read(plan, events, at("Mon 09:00"))
    assert (reading.verdict, reading.due_at, reading.liability) == (ClockState.BREACHED, at("Fri 13:00"), "none")


def test_trap_22_the_plan_says_from_when_it_counts() -> None:
    assert resolve("Fri 09:00").times.due_at == at("Fri 13:00")
    assert resolve("Fri 10:00").times.due_at == at("Fri 14:00")


def test_trap_23_clocks_know_ids_and_no_display_names() -> None:
    assert not {"name", "title", "label", "rule"} & {field.name for field in fields(ClockPlan)}
    assert not {"name", "title", "label", "rule"} & set(ClockReading._fields)


def test_trap_24_an_answer_before_opening_took_no_time() -> None:
    reading = read(resolve("Sat 10:00"), [Stopped(at("Sat 11:00"))], at("Mon 12:00"))
    assert reading.started_at == at("Mon 09:00")
    assert (reading.stopped_at, reading.consumed, reading.verdict) == (at("Sat 11:00"), 0 * HOUR, ClockState.MET)


def test_trap_24_an_answer_before_the_clock_began_took_no_time_either() -> None:
    reading = read(resolve("Fri 10:00"), [Stopped(at("Fri 09:00"))], at("Mon 12:00"))
    assert (reading.stopped_at, reading.consumed, reading.verdict) == (at("Fri 09:00"), 0 * HOUR, ClockState.MET)


def test_trap_25_a_paused_clock_grows_neither_older_nor_more_overdue() -> None:
    plan = resolve("Fri 09:00")
    events: list[ClockEvent] = [StatusChanged(at("Fri 14:00"), WAITING_CUSTOMER)]
    for later in ("Fri 14:00", "Mon 12:00", "Tue 12:00"):
        reading = read(plan, events, at(later))
        assert (reading.overdue, reading.consumed, reading.paused) == (HOUR, 5 * HOUR, True)
    resumed = read(plan, [*events, StatusChanged(at("Tue 12:00"), OPEN)], at("Tue 13:00"))
    assert (resumed.overdue, resumed.due_at) == (2 * HOUR, at("Fri 13:00"))


@pytest.mark.parametrize("kind", [ClockKind.NONE, ClockKind.QUALITATIVE, ClockKind.NEGOTIATED, ClockKind.CONTRACT])
def test_trap_26_a_clock_may_have_no_target(kind: ClockKind) -> None:
    plan = replace(resolve("Fri 09:00", kind=kind), maximum=None)
    reading = read(plan, [Stopped(at("Fri 12:00"))], at("Mon 09:00"))
    assert (reading.due_at, reading.remaining, reading.verdict, reading.warn_at) == (None, None, None, None)
    assert (reading.state, reading.consumed) == (ClockState.MET, 3 * HOUR)


def test_trap_27_a_raised_priority_counts_from_the_change_but_never_later() -> None:
    plan = resolve("Fri 09:00")
    raised = read(plan, [Reclassified(at("Fri 10:00"), resolve("Fri 10:00", 1))], at("Fri 10:00"))
    assert raised.due_at == at("Fri 11:00")
    raised_late = read(plan, [Reclassified(at("Fri 12:30"), resolve("Fri 12:30", 1))], at("Fri 12:30"))
    assert raised_late.due_at == at("Fri 13:00")
    lowered = read(plan, [Reclassified(at("Fri 10:00"), resolve("Fri 10:00", 40))], at("Fri 10:00"))
    assert lowered.due_at == at("Fri 13:00")
