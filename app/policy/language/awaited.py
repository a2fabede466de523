"""What a policy's clocks and rules wait for: events of a ticket, facts that come to hold, whiles that pass."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from app.policy.language.document import Document
from app.policy.language.stating import duration


@dataclass(frozen=True, slots=True)
class While:
    """So long after something has happened, in a calendar's open time or in all."""

    since: str
    written: str
    calendar: str | None
    after: timedelta

    @property
    def fields(self) -> dict[str, str]:
        named = {"since": self.since, "after": self.written, "calendar": self.calendar}
        return {name: value for name, value in named.items() if value is not None}


class Awaited:
    def __init__(self, document: Document) -> None:
        self.starts = frozenset(target.start for target in document.targets)
        """What clocks begin with."""
        stops = {metric.stops for metric in document.metrics.values()}
        self.facts = frozenset((self.starts | stops) & document.facts.keys())
        """Facts by which a clock starts or stops once they hold."""
        self.whiles = _whiles(document)
        """The whiles that rules about elapsed time speak of, by what they begin with."""


def _whiles(document: Document) -> dict[str, tuple[While, ...]]:
    found: dict[str, dict[While, None]] = {}
    for when in (rule.when for rule in document.rules if rule.stage == "event"):
        if when.get("event") != "elapsed":
            continue
        calendar = when.get("calendar")
        for since, written in product(texts_of(when.get("since")), texts_of(when.get("after"))):
            after = duration(written) or timedelta(0)
            one = While(since, written, calendar if isinstance(calendar, str) else None, after)
            found.setdefault(since, {})[one] = None
    return {since: tuple(whiles) for since, whiles in found.items()}


def texts_of(value: object) -> tuple[str, ...]:
    """Of a condition: a text, or one of several."""
    several = value if isinstance(value, list | tuple) else (value,)
    return tuple(one for one in several if isinstance(one, str))
