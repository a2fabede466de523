"""Business time against `business-duration`, on the same questions, in turns on one machine.

    python -m tests.benchmarks.calendars

Both measure the open time between two instants. When a target is due the other one does not say; it is asked for the
open time until one minute after another, by halving, until the minute is found.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from time import perf_counter

from business_duration import businessDuration

from app.policy.time.calendars import BusinessCalendar

FIRST, LAST = date(2025, 1, 1), date(2031, 12, 31)
HOLIDAYS = [date(year, month, day) for year in range(2025, 2032) for month, day in ((1, 1), (5, 1), (12, 25))]
START = datetime(2026, 2, 10, 10, 30, tzinfo=UTC)
LENGTHS = {"1 hour": 1 / 24, "3 days": 3, "1 month": 30, "1 year": 365, "5 years": 1826}
MINUTE = timedelta(minutes=1)
ROUNDS = 11


def office() -> BusinessCalendar:
    """In UTC, because the other one knows no zones."""
    hours = ((9 * 3600, 17 * 3600),)
    return BusinessCalendar(
        "office", "UTC", dict.fromkeys(range(5), hours), first=FIRST, last=LAST, dated=dict.fromkeys(HOLIDAYS, ())
    )


def their_measure(start: datetime, end: datetime) -> float:
    closed = dict.fromkeys(HOLIDAYS, "closed")
    return float(businessDuration(start, end, time(9), time(17), holidaylist=closed, unit="sec"))


def their_due(start: datetime, seconds: float, at_most: timedelta) -> datetime:
    low, high = 0, at_most // MINUTE
    while low < high:
        middle = (low + high) // 2
        if their_measure(start, start + middle * MINUTE) >= seconds:
            high = middle
        else:
            low = middle + 1
    return start + low * MINUTE


def seconds_each(work: Callable[[], object], times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - start) / times


def compare(ours: BusinessCalendar, label: str, length: timedelta) -> None:
    end, naive = START + length, START.replace(tzinfo=None)
    amount = ours.elapsed(START, end)
    due = ours.add(START, amount)
    assert their_measure(naive, naive + length) == amount.total_seconds()
    assert their_due(naive, amount.total_seconds(), length) == due.replace(tzinfo=None)
    rounds = [
        (
            seconds_each(lambda: their_measure(naive, naive + length), 5),
            seconds_each(lambda: ours.elapsed(START, end), 2000),
            seconds_each(lambda: their_due(naive, amount.total_seconds(), length), 1),
            seconds_each(lambda: ours.add(START, amount), 2000),
        )
        for _ in range(ROUNDS)
    ]
    their_measured, measured, their_added, added = (median(column) * 1e6 for column in zip(*rounds, strict=True))
    print(
        f"{label:>8} measure {their_measured:9.1f} µs : {measured:5.2f} µs = {their_measured / measured:6.0f}", end=""
    )
    print(f"   add {their_added:10.1f} µs : {added:5.2f} µs = {their_added / added:7.0f}")


def main() -> None:
    ours = office()
    print("         business-duration : clausedesk = ratio")
    for label, days in LENGTHS.items():
        compare(ours, label, timedelta(days=days))
    cold = median(seconds_each(lambda: office().add(START, MINUTE), 1) for _ in range(9))
    print(f"seven years laid out and a first answer given in {cold * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
