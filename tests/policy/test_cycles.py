"""Which clocks a conversation asks for."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.policy.time.clock_plans import ClockKind, ClockPlan
from app.policy.time.clocks import Cancelled, Stopped, read
from app.policy.time.cycles import (
    Message,
    first_response,
    level_response_cycles,
    next_reply_cycles,
    rederived,
    reopened,
)
from tests.policy.weeks import HOUR, MINUTE, OFFICE, local, opening_hours

START = local("2026-02-10 10:00")
OFFICE_HOURS = opening_hours(OFFICE)


def plan(kind: ClockKind = ClockKind.BUSINESS) -> ClockPlan:
    return ClockPlan("resolve", kind, START, maximum=4 * HOUR, calendar=OFFICE_HOURS)


def asks(minute: int) -> Message:
    return Message(START + minute * MINUTE, from_customer=True)


def answers(minute: int) -> Message:
    return Message(START + minute * MINUTE, from_customer=False)


def test_a_first_response_is_a_persons_public_message() -> None:
    acknowledgement = replace(answers(0), by_person=False)
    note = replace(answers(1), public=False)
    assert first_response([asks(0), acknowledgement, note, answers(5), answers(9)]) == START + 5 * MINUTE
    assert first_response([asks(0), acknowledgement, note]) is None


def test_each_time_the_customer_is_left_waiting_is_a_cycle() -> None:
    conversation = [answers(0), asks(10), asks(20), answers(30), answers(40), asks(50)]
    first, second = next_reply_cycles(conversation, START)
    assert (first.number, first.started_at, first.stopped_at) == (1, START + 10 * MINUTE, START + 30 * MINUTE)
    assert (second.number, second.started_at, second.stopped_at) == (2, START + 50 * MINUTE, None)


def test_a_question_and_its_answer_at_one_instant_are_taken_in_the_order_of_the_log() -> None:
    [answered] = next_reply_cycles([asks(10), answers(10)], START)
    [waiting] = next_reply_cycles([answers(10), asks(10)], START)
    assert (answered.stopped_at, waiting.stopped_at) == (START + 10 * MINUTE, None)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["customer", "staff", "note", "robot"]))),
    st.integers(0, 50),
)
def test_only_the_last_reply_cycle_may_be_open_and_only_while_the_customer_spoke_last(
    turns: list[tuple[int, str]], first: int
) -> None:
    messages = [
        Message(START + minute * MINUTE, who == "customer", public=who != "note", by_person=who != "robot")
        for minute, who in sorted(turns, key=lambda turn: turn[0])
    ]
    cycles = next_reply_cycles(messages, START + first * MINUTE)
    assert [cycle.number for cycle in cycles] == list(range(1, len(cycles) + 1))
    for cycle, following in pairwise(cycles):
        assert cycle.stopped_at is not None
        assert cycle.started_at <= cycle.stopped_at <= following.started_at
    spoken = [message for message in messages if message.from_customer or message.answers]
    waiting = bool(spoken) and spoken[-1].from_customer and spoken[-1].at > START + first * MINUTE
    assert waiting == (bool(cycles) and cycles[-1].stopped_at is None)


def test_each_escalation_is_a_cycle_of_its_own_until_the_first_answer_after_it() -> None:
    escalations: list[datetime] = [START, START + 10 * MINUTE, START + 60 * MINUTE]
    first, second, third = level_response_cycles(escalations, [answers(0), answers(30), answers(40)])
    assert (first.number, first.stopped_at) == (1, START + 30 * MINUTE)
    assert (second.number, second.stopped_at) == (2, START + 30 * MINUTE)
    assert (third.number, third.stopped_at) == (3, None)


def test_reopening_goes_on_in_the_calendar_of_the_clock() -> None:
    for kind, due in (
        (ClockKind.ELAPSED, local("2026-02-10 22:00")),
        (ClockKind.BUSINESS, local("2026-02-11 10:30")),
        (ClockKind.SAME_BUSINESS_DAY, local("2026-02-11 13:30")),
    ):
        stopped = read(plan(kind), [Stopped(START + 2 * HOUR)], START + 10 * HOUR)
        following = reopened(plan(kind), stopped, START + 10 * HOUR)
        assert following is not None
        assert following.cycle == 2
        assert read(following, [], following.start).due_at == due


def test_a_clock_without_a_time_goes_on_without_one() -> None:
    measuring = replace(plan(ClockKind.NONE), maximum=None)
    following = reopened(measuring, read(measuring, [Stopped(START + HOUR)], START + HOUR), START + 2 * HOUR)
    assert following == replace(measuring, cycle=2, start=START + 2 * HOUR)


def test_a_cancelled_clock_does_not_go_on() -> None:
    assert reopened(plan(), read(plan(), [Cancelled(START)], START), START + HOUR) is None


def test_a_clock_that_loses_its_time_is_cancelled_and_another_only_measures() -> None:
    measuring = ClockPlan("resolve", ClockKind.NONE, START + HOUR)
    change = rederived([plan()], [measuring])
    assert change.cancelled == (plan(),)
    assert change.started == (replace(measuring, cycle=2),)
    assert rederived([measuring], [replace(measuring, start=START)]) == rederived([], [])


def test_a_reclassified_clock_keeps_its_cycle() -> None:
    third = replace(plan(), cycle=3)
    quicker = replace(plan(), maximum=HOUR, start=START + HOUR)
    assert rederived([third], [quicker]).reclassified == (replace(quicker, cycle=3),)
