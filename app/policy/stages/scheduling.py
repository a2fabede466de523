"""When work can be done: the customer's wish, where it fits the policy's hours, its notice and its least length."""

from datetime import datetime, timedelta

from app.policy.language.effects import Schedule
from app.policy.time.calendars import Calendar, Window

_NO_TIME = timedelta(0)


def window_for(calendar: Calendar, terms: Schedule, now: datetime, wished: datetime | None) -> Window | None:
    """The time to put the work into; None where the wish cannot be met and no other time is to be looked for."""
    earliest = now + (terms.notice or _NO_TIME)
    start = earliest if wished is None else max(earliest, wished)
    window = _long_enough(calendar, calendar.window(start), terms.min_length or _NO_TIME)
    met = wished is None or window.opens == wished
    return window if met or terms.retry else None


def _long_enough(calendar: Calendar, window: Window, least: timedelta) -> Window:
    while window.closes is not None and window.closes - window.opens < least:
        window = calendar.window(window.closes)
    return window
