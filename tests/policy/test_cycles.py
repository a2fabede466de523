"""Clocks of a reopened ticket, and of one whose rules are asked again."""

from dataclasses import replace

from app.policy.time.clock_plans import ClockKind, ClockPlan
from app.policy.time.clocks import Cancelled, Stopped, read
from app.policy.time.cycles import rederived, reopened
from tests.policy.weeks import HOUR, OFFICE, local, opening_hours

START = local("2026-02-10 10:00")
OFFICE_HOURS = opening_hours(OFFICE)


def plan(kind: ClockKind = ClockKind.BUSINESS) -> ClockPlan:
    return ClockPlan("resolve", kind, START, maximum=4 * HOUR, calendar=OFFICE_HOURS)


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
