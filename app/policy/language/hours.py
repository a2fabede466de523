"""Whether the opening times of a calendar can be kept: intervals in order, apart, and at least one."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from app.policy.language.calendars import Calendar, Interval
from app.policy.language.reading import Flaw

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def days_of(span: str) -> list[str]:
    """The weekdays of `mon-fri`; a span may run over Sunday."""
    first, _, last = span.partition("-")
    start = WEEKDAYS.index(first)
    length = (WEEKDAYS.index(last or first) - start) % 7 + 1
    return [WEEKDAYS[(start + offset) % 7] for offset in range(length)]


def week_of(calendar: Calendar, calendars: Mapping[str, Calendar] | None = None) -> dict[str, list[Interval]]:
    """The intervals of each weekday, in order; those outside another calendar need that one."""
    if calendar.outside is not None:
        other = (calendars or {}).get(calendar.outside)
        return {day: rest_of_day(times) for day, times in week_of(other).items()} if other is not None else {}
    if calendar.open == "always":
        return {day: [("00:00", "24:00")] for day in WEEKDAYS}
    week: dict[str, list[Interval]] = {day: [] for day in WEEKDAYS}
    for span, intervals in calendar.open.items():
        for day in days_of(span):
            week[day] += intervals
    return {day: sorted(intervals) for day, intervals in week.items()}


def rest_of_day(times: Iterable[Interval]) -> list[Interval]:
    """The hours that these leave."""
    rest, reached = [], "00:00"
    for start, end in sorted(times):
        if start > reached:
            rest.append((reached, start))
        reached = max(reached, end)
    return [*rest, (reached, "24:00")] if reached < "24:00" else rest


def calendar_flaws(calendar: Calendar) -> Iterator[Flaw]:
    """Inverted and overlapping intervals, and a calendar that never opens."""
    if calendar.open != "always":
        for span, intervals in calendar.open.items():
            yield from _inverted(("open", span), intervals)
        for day, times in week_of(calendar).items():
            if _overlap(times):
                message = f"Two of the opening times of `{day}` overlap."
                yield Flaw(("open",), "overlapping_intervals", message, "Join them, or end one where the next begins.")
    for date, dated in calendar.dated.items():
        yield from _inverted(("dated", str(date)), dated)
        if _overlap(sorted(dated)):
            message = f"Two of the opening times of {date} overlap."
            yield Flaw(("dated", str(date)), "overlapping_intervals", message, "Join them.")
    yield from _inverted(("on_holidays",), calendar.on_holidays)
    if _overlap(sorted(calendar.on_holidays)):
        yield Flaw(("on_holidays",), "overlapping_intervals", "Two of the opening times overlap.", "Join them.")
    if calendar.on_holidays and not calendar.holidays:
        message = "`on_holidays` gives hours to holidays, and no holiday set is named."
        yield Flaw(("on_holidays",), "member_missing", message, "Name one under `holidays`.")
    if not any(week_of(calendar).values()) and not any(calendar.dated.values()) and not calendar.on_holidays:
        yield Flaw(
            ("open",), "never_open", "This calendar never opens.", 'Add hours, such as `mon-fri: [["09:00", "17:00"]]`.'
        )


def _inverted(steps: tuple[str, ...], intervals: tuple[Interval, ...]) -> Iterator[Flaw]:
    for index, (start, end) in enumerate(intervals):
        if start >= end:
            message = f"The opening time {start} to {end} ends before it has begun."
            remedy = "Put the earlier time first; a night is written as two days, until 24:00 and from 00:00."
            yield Flaw((*steps, index), "inverted_interval", message, remedy)


def _overlap(intervals: list[Interval]) -> bool:
    return any(following[0] < previous[1] for previous, following in pairwise(intervals))
