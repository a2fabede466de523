"""The laws of clocks, whatever happens to a ticket and in whatever order."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.base.vocabulary import ClockState, TicketStatus
from app.policy.time.clock_plans import WAITING, ClockKind, ClockPlan
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
from tests.policy.weeks import HOUR, MINUTE, NIGHT, OFFICE_HOURS, START, on_days, opening_hours, plan

CALENDARS = [
    OFFICE_HOURS,
    opening_hours(NIGHT),
    opening_hours(on_days([1, 3], ("09:00", "12:00"), ("13:00", "18:00")), "America/Toronto"),
]
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
    begun = clock.times
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
    other_due = replace(other, start=max(at, clock.start)).times.due_at
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
