"""Durations without a length of their own: a month has 28 to 31 days, and a promise has to say how many it means."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.policy.language.faults import Steps
from app.policy.language.reading import Flaw

_UNEVEN = re.compile(r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:\d+W)?(?:\d+D)?(?:T[\d.HMS]+)?$")
_TEXTS = ("clauses", "topics")
"""Sections of words alone, long ones."""


def uneven_durations(raw: Mapping[str, Any]) -> Iterator[Flaw]:
    """Wherever one stands, in conditions and in what readings change, too."""
    for section, value in raw.items():
        if section not in _TEXTS:
            yield from _within(value, (section,))


def _within(value: Any, at: Steps) -> Iterator[Flaw]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _within(entry, (*at, str(key)))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _within(entry, (*at, index))
    elif isinstance(value, str) and (found := _UNEVEN.match(value)) and any(found.groups()):
        years, months = (int(number or 0) for number in found.groups())
        message = f"`{value}` has no length of its own: months and years differ."
        yield Flaw(at, "uneven_duration", message, f"Write days, such as `P{365 * years + -(-365 * months // 12)}D`.")
