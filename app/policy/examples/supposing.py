"""Ways to make a condition hold: values for what it reads, as many as may be worth a try."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import TypeAdapter

from app.policy.compile import CompiledPolicy
from app.policy.compiled.conditions import matches_topic
from app.policy.time.calendars import CalendarHorizonExceeded

Way = Mapping[str, Any]
"""A value for each name; None: nothing is known of it. Under `later`: how long after `received_at` it is asked."""

LATER = "later"
_MOST = 24
"""Ways that are looked at of each condition."""
_DURATION = TypeAdapter(timedelta)
_OPPOSITE = {"gte": "lt", "lt": "gte", "lte": "gt", "gt": "lte", "in": "not_in", "not_in": "in"}
_A_MINUTE = timedelta(minutes=1)


class Supposing:
    """What can be supposed under one policy, at one instant."""

    def __init__(self, policy: CompiledPolicy, at: datetime) -> None:
        self._policy, self._at = policy, at

    def ways(self, predicate: Mapping[str, Any]) -> list[Way]:
        found: list[Way] = [{}]
        for key, wanted in predicate.items():
            options = list(islice(self._holding(key, wanted), _MOST))
            found = list(islice(_together(found, options), _MOST))
        return found

    def _holding(self, key: str, wanted: Any) -> Iterator[Way]:
        match key:
            case "any":
                for part in wanted:
                    yield from self.ways(part)
            case "all":
                yield from self.ways({str(n): {"part": part} for n, part in enumerate(wanted)})
            case "not":
                for name, value in wanted.items():
                    yield from self._failing(name, value)
            case "age" | "until":
                yield from self._spanning(key, wanted)
            case _ if isinstance(wanted, Mapping) and "part" in wanted:
                yield from self.ways(wanted["part"])
            case _:
                yield from ({key: value} for value in self._values(key, wanted))

    def _failing(self, key: str, wanted: Any) -> Iterator[Way]:
        match key:
            case "any":
                yield from self.ways({str(n): {"part": {"not": part}} for n, part in enumerate(wanted)})
            case "all":
                for part in wanted:
                    yield from self.ways({"not": part})
            case "not":
                yield from self.ways(wanted)
            case "age" | "until":
                yield {}
            case _ if isinstance(wanted, Mapping):
                for operator, operand in wanted.items():
                    yield from ({key: value} for value in self._values(key, _opposite(operator, operand)))
            case _:
                yield from ({key: value} for value in self._values(key, {"not": wanted}))

    # ── values ───────────────────────────────────────────────────────────────
    def _values(self, name: str, wanted: Any) -> Iterator[Any]:
        if name in self._policy.topic_facts and not isinstance(wanted, Mapping):
            yield from self._topics(
                wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else (wanted,)
            )
        elif isinstance(wanted, Mapping):
            holds = self._policy.condition({name: wanted}).holds
            for operator, operand in wanted.items():
                found = self._by_operator(name, operator, operand)
                yield from (value for value in found if len(wanted) == 1 or holds({name: value}))
        elif isinstance(wanted, list | tuple):
            yield from wanted
        else:
            yield wanted

    def _topics(self, patterns: Iterable[Any]) -> Iterator[Any]:
        for pattern in patterns:
            if pattern == "*":
                yield from list(self._policy.document.topics)[:3]
            else:
                yield pattern
                yield from islice((t for t in self._policy.document.topics if matches_topic(t, (pattern,))), 3)

    def _by_operator(self, name: str, operator: str, operand: Any) -> Iterator[Any]:
        match operator:
            case "gte" | "lte":
                yield operand
            case "gt" | "lt":
                yield from _beside(operand, 1 if operator == "gt" else -1)
            case "exists":
                yield from self._anything(name) if operand else [None]
            case "not":
                yield from self._other_than(name, operand)
            case "in" | "not_in":
                yield from self._instants(operand, within=operator == "in")

    def _anything(self, name: str) -> Iterator[Any]:
        fact = self._policy.document.facts.get(name)
        by_type: dict[str, Any] = {
            "bool": True, "int": 1, "decimal": "1", "money": "10.00", "duration": "PT1H", "list": ["one"],
            "instant": self._at.isoformat(), "email": "somebody@elsewhere.example",
        }  # fmt: skip
        if name in self._policy.topic_facts:
            yield from list(self._policy.document.topics)[:2]
        elif fact is not None and fact.values:
            yield from fact.values
        elif name == "action":
            yield from self._policy.document.actions
        else:
            yield by_type.get(fact.type if fact is not None else "text", "something")

    def _other_than(self, name: str, operand: Any) -> Iterator[Any]:
        barred = operand if isinstance(operand, list | tuple) else (operand,)
        fact = self._policy.document.facts.get(name)
        if all(isinstance(value, bool) for value in barred):
            yield from (not value for value in barred)
        elif name in self._policy.topic_facts:
            yield from islice((t for t in self._policy.document.topics if not matches_topic(t, barred)), 4)
        elif fact is not None and fact.values:
            yield from (value for value in fact.values if value not in barred)
        else:
            named = {"channel": self._policy.document.channels, "priority": self._policy.document.priorities}
            yield from (value for value in named.get(name, {}) if value not in barred)
        yield None

    def _instants(self, calendar: str, *, within: bool) -> Iterator[datetime]:
        opening = self._policy.calendar(calendar)
        try:
            found = opening.next_opening(self._at) if within else opening.next_closing(self._at)
        except CalendarHorizonExceeded:
            return
        if found is not None:
            yield found + (_A_MINUTE if within else timedelta(0))

    def _spanning(self, key: str, span: Mapping[str, Any]) -> Iterator[Way]:
        """An instant so long ago, or ahead; of what happens to a ticket: the step comes so much later."""
        lengths = [
            _DURATION.validate_python(value) + {"gt": _A_MINUTE, "lt": -_A_MINUTE}.get(operator, timedelta(0))
            for operator, value in span.items()
            if operator in _OPPOSITE
        ]
        length = lengths[0] if lengths else _A_MINUTE
        of = span["of"]
        if of in self._policy.document.facts:
            yield {of: (self._at - length if key == "age" else self._at + length).isoformat()}
        elif key == "age":
            yield {LATER: length}


def _opposite(operator: str, operand: Any) -> Any:
    if operator == "exists":
        return {"exists": not operand}
    return {_OPPOSITE[operator]: operand} if operator in _OPPOSITE else operand


def _beside(operand: Any, by: int) -> Iterator[Any]:
    if isinstance(operand, int):
        yield from (operand + by, operand + 2 * by)
    elif isinstance(operand, str) and operand.startswith("P"):
        yield _DURATION.dump_python(_DURATION.validate_python(operand) + by * _A_MINUTE, mode="json")
    else:
        yield str(Decimal(str(operand)) + by)


def _together(some: Iterable[Way], others: Sequence[Way]) -> Iterator[Way]:
    for one in some:
        for other in others:
            if all(one[name] == other[name] for name in one.keys() & other.keys()):
                yield {**one, **other}
