"""An oracle that walks every minute agrees with business time, over changes of clocks, holidays and years' ends."""

import os
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from app.policy.time.calendars import Calendar, CalendarHorizonExceeded
from app.policy.time.openings import WrittenInterval
from tests.policy.oracle import MinuteCalendar, Span, Walk
from tests.policy.weeks import MINUTE, opening_hours

CASES = 100_000 if os.environ.get("CLAUSEDESK_TEST_TIER") == "long" else 5_000
PER_CALENDAR = 20
DAYS = 23
SPANS = [
    ("America/Toronto", date(2026, 2, 27)),
    ("America/Toronto", date(2026, 10, 20)),
    ("America/Toronto", date(2026, 12, 18)),
    ("America/Sao_Paulo", date(2018, 10, 24)),
    ("America/Sao_Paulo", date(2018, 2, 8)),
    ("America/Sao_Paulo", date(2026, 12, 18)),
    ("Africa/Johannesburg", date(2026, 12, 18)),
    ("Africa/Johannesburg", date(1943, 9, 10)),
    ("Australia/Lord_Howe", date(2026, 3, 26)),
    ("Australia/Lord_Howe", date(2026, 9, 24)),
    ("Europe/London", date(2026, 10, 15)),
    ("Pacific/Apia", date(2011, 12, 18)),
    ("America/St_Johns", date(2006, 10, 20)),
    ("Africa/Casablanca", date(2026, 2, 5)),
]


def written(spans: list[Span]) -> list[WrittenInterval]:
    return [(f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}") for a, b in spans]


def random_day(dice: random.Random) -> list[Span]:
    """Office hours, a split shift, a night shift, all day, or anything at all."""
    kind = dice.randrange(6)
    if kind == 0:
        return [(dice.randrange(6, 11) * 60, dice.randrange(15, 21) * 60)]
    if kind == 1:
        return [(510, 720), (780, 1020)]
    if kind == 2:
        return [(0, dice.randrange(60, 480)), (dice.randrange(1080, 1439), 1440)]
    if kind == 3:
        return [(0, 1440)]
    edges = sorted(dice.sample(range(1441), 2 * dice.randrange(1, 4)))
    return list(zip(edges[::2], edges[1::2], strict=True))


def random_calendar(dice: random.Random, walk: Walk) -> tuple[Calendar, MinuteCalendar]:
    pattern = random_day(dice)
    weekly = {day: pattern if dice.random() < 0.7 else random_day(dice) for day in range(7) if dice.random() < 0.8}
    weekly = weekly or {dice.randrange(7): pattern}
    dates = [walk.first + timedelta(days=n) for n in range(walk.days)]
    closed = set(dice.sample(dates, dice.randrange(4)))
    dated = {day: random_day(dice) if dice.random() < 0.8 else [] for day in dice.sample(dates, dice.randrange(3))}
    calendar = opening_hours(
        {day: written(spans) for day, spans in weekly.items()},
        walk.zone,
        closed=closed,
        dated={day: written(spans) for day, spans in dated.items()},
        first=dates[0],
        last=dates[-1],
    )
    return calendar, MinuteCalendar(walk, weekly, closed, dated)


def answer(question: Callable[[], datetime | None]) -> datetime | None:
    try:
        return question()
    except CalendarHorizonExceeded:
        return None


def compare(dice: random.Random, calendar: Calendar, oracle: MinuteCalendar) -> None:
    walk = oracle.walk
    start = dice.randrange(walk.first_minute, walk.end_minute)
    end = dice.randrange(start, walk.end_minute)
    amount = dice.choice([0, 1, dice.randrange(600), dice.randrange(600), dice.randrange(6000)])
    days = dice.randrange(8)
    at, until, duration = walk.instant(start), walk.instant(end), amount * MINUTE

    def agree(question: Callable[[], datetime | None], minute: int | None) -> None:
        assert answer(question) == (None if minute is None else walk.instant(minute)), (at, duration, days)

    agree(lambda: calendar.next_opening(at), oracle.next_opening(start))
    agree(lambda: calendar.next_closing(at), oracle.next_closing(start))
    agree(lambda: calendar.add(at, duration), oracle.add(start, amount))
    agree(lambda: calendar.subtract(at, duration), oracle.subtract(start, amount))
    opens, closes = oracle.business_day(start, days) or (None, None)
    agree(lambda: calendar.business_day(at, days).opens, opens)
    agree(lambda: calendar.business_day(at, days).closes, closes)
    assert calendar.is_open(at) == bool(oracle.open[start]), at
    assert calendar.elapsed(at, until) == oracle.elapsed(start, end) * MINUTE, (at, until)


@pytest.mark.parametrize(("zone", "first"), SPANS, ids=[f"{zone}-{first}" for zone, first in SPANS])
def test_an_oracle_that_walks_every_minute_agrees(zone: str, first: date) -> None:
    walk = Walk(zone, first, DAYS)
    dice = random.Random(f"{zone} {first}")
    cases = -(-CASES // len(SPANS))
    for _ in range(0, cases, PER_CALENDAR):
        calendar, oracle = random_calendar(dice, walk)
        for _ in range(PER_CALENDAR):
            compare(dice, calendar, oracle)
