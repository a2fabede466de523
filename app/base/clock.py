"""The only place that asks the machine what time it is; everywhere else `now` is an argument."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

AHEAD: Final = timedelta(minutes=5)
"""How far the clock of another machine may be ahead of ours; what it says is now, then."""
Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)
