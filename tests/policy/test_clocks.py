"""What each event does to a clock."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from app.base.vocabulary import ClockState, Strength, TicketStatus
from app.policy.time.calendars import ALWAYS
from app.policy.time.clock_plans import WAITING, ClockKind, ClockPlan, usual_pauses
from app.policy.time.clocks import (
    Cancelled,
    ClockEvent,
    Excused,
    Negotiated,
    Reclassified,
    Replanned,
    StatusChanged,
    Stopped,
    read,
)
from tests.policy.weeks import (
    HOUR,
    MINUTE,
    NIGHT,
    OFFICE,
    OFFICE_HOURS,
    SOUTH_AFRICA_2026,
    START,
    local,
    on_days,
    opening_hours,
    plan,
    waiting,
)


def test_due_exactly_reached_is_met_and_one_second_later_is_a_breach() -> None:
    due = START + 4 * HOUR
    met = read(plan(), [Stopped(due)], due)
    assert (met.state, met.verdict, met.overdue) == (ClockState.MET, ClockState.MET, 0 * HOUR)
    late = read(plan(), [Stopped(due + timedelta(seconds=1))], due + HOUR)
    assert (late.state, late.verdict, late.overdue_seconds) == (ClockState.BREACHED, ClockState.BREACHED, 1)
    assert late.stopped_at == due + timedelta(seconds=1)


def test_an_excuse_labels_a_miss_and_changes_nothing_else() -> None:
    late: list[ClockEvent] = [Stopped(START + 5 * HOUR)]
    plain = read(plan(), late, START + 9 * HOUR)
    excused = read(plan(), [*late, Excused(START + 8 * HOUR, "third_party")], START + 9 * HOUR)
    assert excused == plain._replace(excused_by="third_party")
    withdrawn = [*late, Excused(START + 8 * HOUR, "third_party"), Excused(START + 9 * HOUR, None)]
    assert read(plan(), withdrawn, START + 9 * HOUR) == plain


def test_cancelling_in_time_leaves_no_verdict_and_cancelling_a_miss_leaves_the_miss() -> None:
    in_time = read(plan(), [Cancelled(START + HOUR)], START + 9 * HOUR)
    assert (in_time.state, in_time.verdict, in_time.consumed) == (ClockState.CANCELLED, None, HOUR)
    too_late = read(plan(), [Cancelled(START + 5 * HOUR)], START + 30 * HOUR)
    assert (too_late.state, too_late.verdict, too_late.overdue) == (ClockState.BREACHED, ClockState.BREACHED, HOUR)


def test_a_negotiated_time_is_the_due_time_and_never_lies_before_the_agreement() -> None:
    friday = local("2026-02-13 12:00")
    agreed = read(plan(ClockKind.NEGOTIATED, maximum=None), [Negotiated(START + HOUR, friday)], START + HOUR)
    assert (agreed.due_at, agreed.consumed) == (friday, HOUR)
    assert agreed.remaining == OFFICE_HOURS.elapsed(START + HOUR, friday)
    past = read(plan(), [Negotiated(START + HOUR, START)], START + HOUR)
    assert (past.due_at, past.verdict) == (START + HOUR, None)


def test_a_negotiated_time_waits_with_the_customer_in_open_time() -> None:
    saturday = local("2026-02-14 12:00")

    def due_after(start: str, end: str) -> datetime | None:
        return read(plan(), [Negotiated(START, saturday), *waiting(start, end)], local(end)).due_at

    assert due_after("2026-02-13 16:00", "2026-02-13 16:30") == local("2026-02-16 09:00")
    assert due_after("2026-02-14 10:00", "2026-02-14 11:00") == saturday
    assert due_after("2026-02-14 10:00", "2026-02-14 13:00") == local("2026-02-16 08:30")


def test_a_reclassified_clock_takes_over_the_strength_and_liability_of_its_new_terms() -> None:
    promised = plan(strength=Strength.PROMISED, liability="credit", maximum=HOUR)
    reading = read(plan(), [Reclassified(START + HOUR, promised)], START + HOUR)
    assert (reading.strength, reading.liability) == (Strength.PROMISED, "credit")
    assert (reading.consumed, reading.remaining) == (0 * HOUR, HOUR)


def test_a_clock_without_a_time_is_given_one_by_reclassification() -> None:
    reading = read(plan(ClockKind.NONE), [Reclassified(START + HOUR, plan())], START + 2 * HOUR)
    assert reading.due_at == START + 5 * HOUR


def test_edited_terms_count_what_is_used() -> None:
    shorter = [Replanned(START + HOUR, plan(maximum=2 * HOUR))]
    assert read(plan(), shorter, START + HOUR).due_at == START + 2 * HOUR
    too_short = [Replanned(START + 3 * HOUR, plan(maximum=2 * HOUR))]
    assert read(plan(), too_short, START + 3 * HOUR).due_at == START + 3 * HOUR
    timeless = read(plan(ClockKind.NONE, maximum=None), [Replanned(START + HOUR, plan())], START + HOUR)
    assert (timeless.due_at, timeless.remaining) == (START + 4 * HOUR, 3 * HOUR)


def test_an_edited_calendar_reaches_the_older_limit_of_a_reclassified_clock_too() -> None:
    lowered = Reclassified(START + HOUR, plan(maximum=40 * HOUR))
    early = opening_hours(on_days(range(5), ("08:30", "12:00")), closed=SOUTH_AFRICA_2026)
    edited = Replanned(START + HOUR, plan(maximum=40 * HOUR, calendar=early))
    assert read(plan(), [lowered, edited], START + HOUR).due_at == local("2026-02-11 10:30")


def test_edited_business_days_keep_the_days_that_are_left() -> None:
    five = plan(ClockKind.WITHIN_BUSINESS_DAYS, days=5, maximum=None)
    wednesday = local("2026-02-11 10:00")
    closed = opening_hours(OFFICE, closed=[local("2026-02-12 10:00").date()])
    assert five.times.due_at == local("2026-02-17 17:00")
    moved = read(five, [Replanned(wednesday, replace(five, calendar=closed))], wednesday)
    assert moved.due_at == local("2026-02-18 17:00")
    longer = read(five, [Replanned(wednesday, replace(five, days=6))], wednesday)
    assert longer.due_at == local("2026-02-18 17:00")


def test_an_edited_calendar_leaves_a_limit_in_another_calendar_alone() -> None:
    elapsed = replace(plan(ClockKind.ELAPSED), calendar=ALWAYS)
    events: list[ClockEvent] = [
        Reclassified(START, plan(maximum=40 * HOUR)),
        Replanned(START + HOUR, plan(maximum=40 * HOUR)),
    ]
    assert read(elapsed, events, START + HOUR).due_at == START + 4 * HOUR


def test_fewer_business_days_may_make_it_due_today_but_not_before() -> None:
    five = plan(ClockKind.WITHIN_BUSINESS_DAYS, days=5, maximum=None)
    friday = local("2026-02-13 10:00")
    for days in (1, 2, 3):
        assert read(five, [Replanned(friday, replace(five, days=days))], friday).due_at == local("2026-02-13 17:00")
    assert read(five, [Replanned(friday, replace(five, days=4))], friday).due_at == local("2026-02-16 17:00")


def test_a_business_day_that_ends_at_midnight_ends_on_its_own_date() -> None:
    night = plan(ClockKind.NEXT_BUSINESS_DAY, maximum=None, calendar=opening_hours(NIGHT))
    assert night.times.due_at == local("2026-02-12 00:00")
    assert read(night, [Replanned(START, night)], START).due_at == local("2026-02-12 00:00")


def test_the_earliest_time_is_never_after_the_due_time() -> None:
    ranged = plan(minimum=2 * HOUR)
    assert read(ranged, [Negotiated(START, START + HOUR)], START).earliest_at == START + HOUR
    assert read(ranged, [Negotiated(START, START + 3 * HOUR)], START).earliest_at == START + 2 * HOUR


def test_an_edited_calendar_moves_an_opening_that_is_still_to_come() -> None:
    saturday, later = local("2026-02-14 10:00"), opening_hours(on_days(range(5), ("10:00", "17:00")))
    for kind, before, after in (
        (ClockKind.OPENING, "2026-02-16 08:30", "2026-02-16 10:00"),
        (ClockKind.WINDOW, "2026-02-16 17:00", "2026-02-16 17:00"),
    ):
        waits = replace(plan(kind, maximum=None), start=saturday)
        assert read(waits, [], saturday).due_at == local(before)
        edited = [Replanned(saturday + HOUR, replace(waits, calendar=later))]
        assert read(waits, edited, saturday + HOUR).due_at == local(after)


def test_a_time_agreed_outside_any_terms_keeps_its_rest_under_edited_ones() -> None:
    agreed = Negotiated(START, START + 6 * HOUR)
    edited = Replanned(START + HOUR, plan(maximum=2 * HOUR))
    reading = read(plan(ClockKind.NEGOTIATED, maximum=None), [agreed, edited], START + HOUR)
    assert reading.due_at == START + 6 * HOUR


def test_business_days_that_have_waited_keep_the_hours_that_are_left() -> None:
    next_day = plan(ClockKind.NEXT_BUSINESS_DAY, maximum=None)
    events = waiting("2026-02-10 10:00", "2026-02-10 11:00")
    assert read(next_day, events, START + HOUR).due_at == local("2026-02-12 09:30")
    events.append(Replanned(START + HOUR, next_day))
    assert read(next_day, events, START + HOUR).due_at == local("2026-02-12 09:30")


def test_the_lower_end_of_a_range_is_the_earliest_and_the_upper_end_is_due() -> None:
    ranged = plan(minimum=HOUR, maximum=2 * HOUR)
    reading = read(ranged, [], START)
    assert (reading.earliest_at, reading.due_at) == (START + HOUR, START + 2 * HOUR)
    later = read(ranged, waiting("2026-02-10 10:00", "2026-02-10 11:00"), START + HOUR)
    assert (later.earliest_at, later.due_at) == (START + 2 * HOUR, START + 3 * HOUR)


def test_the_kinds_differ_in_what_they_make_of_the_same_start() -> None:
    saturday = local("2026-02-14 10:00")

    def times(kind: ClockKind, **terms: object) -> tuple[datetime | None, datetime | None]:
        _, earliest, due = replace(plan(kind, **terms), start=saturday).times
        return earliest, due

    monday = local("2026-02-16 08:30")
    assert times(ClockKind.ELAPSED) == (None, saturday + 4 * HOUR)
    assert times(ClockKind.BUSINESS, maximum=timedelta(0)) == (None, monday)
    assert times(ClockKind.OPENING) == (monday, monday)
    assert times(ClockKind.WINDOW) == (monday, local("2026-02-16 17:00"))
    assert times(ClockKind.SAME_BUSINESS_DAY) == (None, local("2026-02-16 17:00"))
    assert times(ClockKind.NEXT_BUSINESS_DAY, due_at_opening=True) == (None, monday)
    assert times(ClockKind.WITHIN_BUSINESS_DAYS, days=3) == (None, local("2026-02-18 17:00"))
    assert times(ClockKind.QUALITATIVE) == (None, None)


def test_a_cutoff_and_the_day_of_receipt_are_terms_of_the_plan() -> None:
    next_day = plan(ClockKind.NEXT_BUSINESS_DAY, cutoff=time(10))
    assert next_day.times.due_at == local("2026-02-12 17:00")
    assert replace(next_day, cutoff=None, receipt_counts=True).times.due_at == local("2026-02-10 17:00")
    one_day = ClockPlan("resolve", ClockKind.WITHIN_BUSINESS_DAYS, START, calendar=OFFICE_HOURS)
    assert one_day.times.due_at == local("2026-02-11 17:00")


def test_a_due_time_at_opening_stays_there_when_nothing_of_the_time_was_lost() -> None:
    monday = plan(ClockKind.NEXT_BUSINESS_DAY, due_at_opening=True, maximum=None)
    monday = replace(monday, start=local("2026-02-13 10:00"))
    blink = waiting("2026-02-13 16:30", "2026-02-13 16:30")
    assert read(monday, blink, local("2026-02-13 16:45")).due_at == local("2026-02-16 08:30")


def test_a_first_response_never_pauses_unless_the_policy_says_so() -> None:
    assert usual_pauses("first_response") == frozenset()
    assert usual_pauses("resolve") == usual_pauses("next_reply") == WAITING
    running = read(
        plan(pauses=usual_pauses("first_response")),
        [StatusChanged(START, TicketStatus.WAITING_CUSTOMER)],
        START + HOUR,
    )
    assert (running.state, running.consumed_seconds, running.remaining_seconds) == (ClockState.RUNNING, 3600, 10800)


def test_events_count_in_the_order_of_the_log_even_if_a_machine_was_slow() -> None:
    events: list[ClockEvent] = [
        StatusChanged(START + HOUR, TicketStatus.WAITING_CUSTOMER),
        StatusChanged(START + HOUR - MINUTE, TicketStatus.OPEN),
    ]
    reading = read(plan(), events, START + 2 * HOUR)
    assert (reading.state, reading.consumed) == (ClockState.RUNNING, 2 * HOUR)


def test_a_clock_read_before_its_start_has_used_nothing() -> None:
    reading = read(plan(), [], START - HOUR)
    assert (reading.consumed, reading.remaining, reading.state) == (0 * HOUR, 4 * HOUR, ClockState.RUNNING)
    assert reading.remaining_seconds == 14400
    assert read(plan(ClockKind.NONE), [], START).remaining_seconds is None


def test_no_warning_where_none_is_wanted() -> None:
    assert read(plan(warn_after=None), [], START).warn_at is None
    assert read(plan(warn_after=0.5), [], START).warn_at == START + 2 * HOUR


def test_the_past_can_be_read() -> None:
    events: list[ClockEvent] = [Stopped(START + 5 * HOUR)]
    assert read(plan(), events, datetime(2026, 2, 10, 9, tzinfo=UTC)).state is ClockState.RUNNING
