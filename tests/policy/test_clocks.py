"""Clocks fold what happened to a ticket: their laws, and what each event does."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.base.vocabulary import ClockState, Strength, TicketStatus
from app.policy.clock_plans import WAITING, ClockKind, ClockPlan, times_of, usual_pauses
from app.policy.clocks import (
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
from tests.policy.weeks import HOUR, MINUTE, NIGHT, OFFICE, SOUTH_AFRICA_2026, local, on_days, opening_hours

START = local("2026-02-10 10:00")
OFFICE_HOURS = opening_hours(OFFICE, closed=SOUTH_AFRICA_2026)
CALENDARS = [
    OFFICE_HOURS,
    opening_hours(NIGHT),
    opening_hours(on_days([1, 3], ("09:00", "12:00"), ("13:00", "18:00")), "America/Toronto"),
]


def plan(kind: ClockKind = ClockKind.BUSINESS, **terms: object) -> ClockPlan:
    chosen = {"maximum": 4 * HOUR, "calendar": OFFICE_HOURS, "pauses": WAITING, **terms}
    return replace(ClockPlan("resolve", kind, START), **chosen)  # type: ignore[arg-type]


# ── laws ─────────────────────────────────────────────────────────────────────

moments = st.integers(0, 20 * 24 * 60).map(lambda minutes: START - timedelta(days=1) + minutes * MINUTE)
lengths = st.integers(0, 60 * 60).map(lambda minutes: minutes * MINUTE)
timed = st.builds(
    lambda kind, calendar, maximum, days: plan(kind, calendar=calendar, maximum=maximum, days=days),
    st.sampled_from(
        [ClockKind.BUSINESS, ClockKind.ELAPSED, ClockKind.WITHIN_BUSINESS_DAYS, ClockKind.SAME_BUSINESS_DAY]
    ),
    st.sampled_from(CALENDARS),
    lengths,
    st.integers(1, 5),
)
plans = timed | st.builds(plan, st.sampled_from([ClockKind.NEGOTIATED, ClockKind.OPENING, ClockKind.NONE]))
status_changes = st.builds(StatusChanged, moments, st.sampled_from(TicketStatus))
changes = (
    status_changes
    | st.builds(Reclassified, moments, plans)
    | st.builds(Replanned, moments, plans)
    | st.builds(Negotiated, moments, moments)
    | st.builds(Excused, moments, st.sampled_from(["third_party", None]))
)
ends = st.builds(Stopped, moments) | st.builds(Cancelled, moments)


def in_order(events: Iterable[ClockEvent]) -> list[ClockEvent]:
    return sorted(events, key=lambda event: event.at)


histories = st.lists(changes | changes | changes | ends, max_size=8).map(in_order)
pauses_only = st.lists(status_changes, max_size=8).map(in_order)


@given(plans, histories, moments, moments)
def test_a_verdict_once_read_is_the_same_for_ever(
    clock: ClockPlan, events: list[ClockEvent], one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    before, after = read(clock, events, earlier), read(clock, events, later)
    if before.verdict is not None:
        assert (after.verdict, after.due_at, after.state) == (before.verdict, before.due_at, before.state)


@given(plans, histories, moments)
def test_replaying_the_events_gives_what_is_stored(clock: ClockPlan, events: list[ClockEvent], at: datetime) -> None:
    happened = [event for event in events if event.at <= at]
    assert read(clock, events, at) == read(clock, happened, at)
    if happened:
        stored = read(clock, happened, happened[-1].at)
        if stored.state is ClockState.RUNNING:
            assert read(clock, happened, at).due_at == stored.due_at


@given(timed, pauses_only, moments)
def test_remaining_and_consumed_are_the_target(clock: ClockPlan, events: list[ClockEvent], at: datetime) -> None:
    begun = times_of(clock)
    assert begun.due_at is not None
    target = clock.pace.elapsed(clock.start, begun.due_at)
    reading = read(clock, events, at)
    assert reading.remaining is not None
    assert reading.consumed + reading.remaining - reading.overdue == target
    assert not reading.remaining or not reading.overdue


@given(timed, pauses_only, moments)
def test_pausing_never_makes_it_due_earlier(clock: ClockPlan, events: list[ClockEvent], at: datetime) -> None:
    due, unpaused = read(clock, events, at).due_at, read(clock, [], at).due_at
    assert due is not None
    assert unpaused is not None
    assert due >= unpaused


@given(timed, histories, moments, timed)
def test_reclassifying_never_makes_it_due_later(
    clock: ClockPlan, events: list[ClockEvent], at: datetime, other: ClockPlan
) -> None:
    happened = [event for event in events if event.at <= at and not isinstance(event, Stopped | Cancelled)]
    before = read(clock, happened, at)
    after = read(clock, [*happened, Reclassified(at, replace(other, pauses=clock.pauses))], at)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at <= before.due_at
    other_due = times_of(replace(other, start=max(at, clock.start))).due_at
    assert other_due is not None
    if before.verdict is None:
        assert after.due_at == min(before.due_at, other_due)


@given(timed, timed, moments, pauses_only, moments)
def test_it_stays_so_however_long_the_customer_is_awaited_afterwards(
    clock: ClockPlan, other: ClockPlan, changed: datetime, events: list[ClockEvent], at: datetime
) -> None:
    history = in_order([*events, Reclassified(changed, other)])
    due, unchanged = read(clock, history, at).due_at, read(clock, events, at).due_at
    assert due is not None
    assert unchanged is not None
    assert due <= unchanged


@given(plans, histories, moments, plans)
def test_an_edit_never_makes_it_due_before_the_edit(
    clock: ClockPlan, events: list[ClockEvent], at: datetime, edited: ClockPlan
) -> None:
    happened = [event for event in events if event.at <= at]
    before = read(clock, happened, at)
    after = read(clock, [*happened, Replanned(at, edited)], at)
    if before.verdict is not None:
        assert (after.verdict, after.due_at) == (before.verdict, before.due_at)
    elif before.state in (ClockState.RUNNING, ClockState.PAUSED) and after.due_at is not None:
        assert after.verdict is None
        assert after.due_at >= min(at, before.due_at or at)


@given(timed, st.lists(ends | st.builds(Excused, moments, st.just("third_party")), max_size=5), moments)
def test_a_clock_ends_once(clock: ClockPlan, events: list[ClockEvent], at: datetime) -> None:
    ordered = in_order(events)
    stops = [event for event in ordered if isinstance(event, Stopped | Cancelled) and event.at <= at]
    reading = read(clock, ordered, at)
    assert reading.stopped_at == (stops[0].at if stops else None)
    assert reading.paused is False


@given(st.sampled_from(CALENDARS), st.integers(1, 900), st.lists(status_changes, max_size=6).map(in_order))
def test_a_clock_that_counts_minutes_one_by_one_agrees(
    calendar: object, minutes: int, events: list[ClockEvent]
) -> None:
    clock = plan(calendar=calendar, maximum=minutes * MINUTE)
    now, used, status, queue = START, 0, TicketStatus.OPEN, list(events)
    while used < minutes and now < START + timedelta(days=12):
        while queue and queue[0].at <= now:
            event = queue.pop(0)
            assert isinstance(event, StatusChanged)
            status = event.status
        used += status not in WAITING and clock.pace.is_open(now)
        now += MINUTE
    reading = read(clock, events, now)
    assert reading.consumed == used * MINUTE
    assert reading.overdue == 0 * HOUR
    if used == minutes:
        assert reading.due_at == now
        assert read(clock, [*events, Stopped(now)], now).verdict is ClockState.MET


# ── what each event does ─────────────────────────────────────────────────────


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
    assert excused == replace(plain, excused_by="third_party")
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


def waiting(start: str, end: str) -> list[ClockEvent]:
    return [StatusChanged(local(start), TicketStatus.WAITING_CUSTOMER), StatusChanged(local(end), TicketStatus.OPEN)]


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
    assert times_of(five).due_at == local("2026-02-17 17:00")
    moved = read(five, [Replanned(wednesday, replace(five, calendar=closed))], wednesday)
    assert moved.due_at == local("2026-02-18 17:00")
    longer = read(five, [Replanned(wednesday, replace(five, days=6))], wednesday)
    assert longer.due_at == local("2026-02-18 17:00")


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
        _, earliest, due = times_of(replace(plan(kind, **terms), start=saturday))
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
    assert times_of(next_day).due_at == local("2026-02-12 17:00")
    assert times_of(replace(next_day, cutoff=None, receipt_counts=True)).due_at == local("2026-02-10 17:00")


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
