"""Predicates made ready: each becomes one closure over the values of a decision."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from pydantic import TypeAdapter

from app.policy.time.calendars import Calendar

_DURATION = TypeAdapter(timedelta)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"gte": ge, "gt": gt, "lte": le, "lt": lt}

_SEVERAL = (list, tuple)  # as one value: `list | tuple` would be put together with every question

Values = Mapping[str, Any]
"""What is known, by fact; `now` is the instant of the decision. What is absent is unknown."""

Test = Callable[[Values], bool]


class Condition:
    """A predicate ready to be asked; `reads` names the facts it looks at."""

    __slots__ = ("holds", "reads")

    def __init__(self, holds: Test, reads: tuple[str, ...]) -> None:
        self.holds = holds
        self.reads = reads


ALWAYS = Condition(lambda _: True, ())


class Conditions:
    """Builds conditions for one policy: it knows which facts are topics and where the calendars are."""

    def __init__(
        self,
        is_topic: Callable[[str], bool],
        calendar: Callable[[str, str | None], Calendar],
        wider: Mapping[str, Mapping[str, tuple[str, ...]]],
    ) -> None:
        self._is_topic, self._calendar, self._wider = is_topic, calendar, wider

    def build(self, predicate: Mapping[str, Any] | None) -> Condition:
        if not predicate:
            return ALWAYS
        tests: list[Test] = []
        reads: list[str] = []
        for key, wanted in predicate.items():
            test, read = self._entry(key, wanted)
            tests.append(test)
            reads += read
        return Condition(tests[0] if len(tests) == 1 else _all(tests), tuple(dict.fromkeys(reads)))

    def _entry(self, key: str, wanted: Any) -> tuple[Test, tuple[str, ...]]:
        if key in ("any", "all"):
            parts = [self.build(part) for part in wanted]
            joined = (_any if key == "any" else _all)([p.holds for p in parts])
            return joined, tuple(name for part in parts for name in part.reads)
        if key == "not":
            part = self.build(wanted)
            return _negated(part.holds), part.reads
        if key in ("age", "until"):
            return self._span(key, wanted), (wanted["of"],)
        return self._fact(key, wanted), (key,)

    def _fact(self, name: str, wanted: Any) -> Test:
        if isinstance(wanted, Mapping):
            tests = [self._operator(name, operator, operand) for operator, operand in wanted.items()]
            return tests[0] if len(tests) == 1 else _all(tests)
        wanted = self._with_those_below(name, wanted)
        several = isinstance(wanted, _SEVERAL)
        if self._is_topic(name):
            options = tuple(wanted) if several else (wanted,)
            return _topic(name, options)
        return _one_of(name, tuple(wanted)) if several else _equal(name, wanted)

    def _with_those_below(self, name: str, wanted: Any) -> Any:
        """A standard value holds for the document's own values below it as well."""
        below = self._wider.get(name)
        if below is None:
            return wanted
        options = wanted if isinstance(wanted, _SEVERAL) else (wanted,)
        more = [own for option in options for own in below.get(option, ())]
        return (*options, *more) if more else wanted

    def _operator(self, name: str, operator: str, operand: Any) -> Test:
        match operator:
            case "not":
                return _negated(self._fact(name, operand))
            case "exists" if operand:
                return lambda values: values.get(name) is not None
            case "exists":
                return lambda values: values.get(name) is None
            case "in":
                return lambda values: self._within(values, name, operand) is True
            case "not_in":
                return lambda values: self._within(values, name, operand) is False
            case _:
                return _comparing(name, _COMPARISONS[operator], operand)

    def _within(self, values: Values, name: str, calendar: str) -> bool | None:
        """Whether an instant lies in the calendar's hours; None where there is no instant."""
        instant = values.get(name)
        if not isinstance(instant, datetime):
            return None
        return self._calendar(calendar, values.get("timezone")).is_open(instant)

    def _span(self, key: str, span: Mapping[str, Any]) -> Test:
        name, calendar = span["of"], span.get("calendar")
        bounds = [(_COMPARISONS[op], _DURATION.validate_python(v)) for op, v in span.items() if op in _COMPARISONS]

        def holds(values: Values) -> bool:
            instant, now = values.get(name), values.get("now")
            if not isinstance(instant, datetime) or not isinstance(now, datetime):
                return False
            start, end = (instant, now) if key == "age" else (now, instant)
            if calendar is not None and start <= end:
                length = self._calendar(calendar, values.get("timezone")).elapsed(start, end)
            else:
                length = end - start
            return all(compare(length, bound) for compare, bound in bounds)

        return holds


def _all(tests: Iterable[Test]) -> Test:
    ready = tuple(tests)
    if len(ready) == 2:
        first, second = ready
        return lambda values: first(values) and second(values)

    def holds(values: Values) -> bool:
        for test in ready:  # noqa: SIM110 - a generator here costs as much as the tests themselves
            if not test(values):
                return False
        return True

    return holds


def _any(tests: Iterable[Test]) -> Test:
    ready = tuple(tests)
    if len(ready) == 2:
        first, second = ready
        return lambda values: first(values) or second(values)

    def holds(values: Values) -> bool:
        for test in ready:  # noqa: SIM110 - as above
            if test(values):
                return True
        return False

    return holds


def _negated(test: Test) -> Test:
    return lambda values: not test(values)


def _equal(name: str, wanted: Any) -> Test:
    if isinstance(wanted, bool):
        return lambda values: values.get(name) is wanted
    if isinstance(wanted, str) and _LENGTH.match(wanted):
        length = _DURATION.validate_python(wanted)
        return lambda values: values.get(name) in (length, wanted)
    if wanted is None or (isinstance(wanted, str) and not _NUMBER.match(wanted)):

        def holds(values: Values) -> bool:
            value = values.get(name)
            return value == wanted or (isinstance(value, _SEVERAL) and wanted in value)

        return holds
    return _exactly(name, wanted)


def _exactly(name: str, wanted: Any) -> Test:
    kind = type(wanted)

    def holds(values: Values) -> bool:
        value = values.get(name)
        if type(value) is kind:
            return bool(value == wanted)
        return any(same(v, wanted) for v in value) if isinstance(value, _SEVERAL) else same(value, wanted)

    return holds


def _one_of(name: str, options: tuple[Any, ...]) -> Test:
    if any(isinstance(option, str) and _LENGTH.match(option) for option in options):
        return _any([_equal(name, option) for option in options])
    words = frozenset(option for option in options if isinstance(option, str) and not _NUMBER.match(option))
    if len(words) == len(options):

        def names_one(values: Values) -> bool:
            value = values.get(name)
            if isinstance(value, _SEVERAL):
                return any(v in words for v in value)
            return isinstance(value, str) and value in words

        return names_one

    def holds(values: Values) -> bool:
        value = values.get(name)
        if isinstance(value, _SEVERAL):
            return any(same(v, option) for v in value for option in options)
        return any(same(value, option) for option in options)

    return holds


def _topic(name: str, options: tuple[str, ...]) -> Test:
    known: dict[str, bool] = {}

    def holds(values: Values) -> bool:
        topic = values.get(name)
        if not isinstance(topic, str):
            return False
        found = known.get(topic)
        if found is None:
            found = matches_topic(topic, options)
            if len(known) < _MOST_TOPICS:
                known[topic] = found
        return found

    return holds


_MOST_TOPICS = 500
"""So many topics does a condition remember: more than a policy has."""


def matches_topic(topic: Any, patterns: Iterable[str]) -> bool:
    """`email` holds for `email` and everything below it; `*` for any topic that is known."""
    if not isinstance(topic, str):
        return False
    for pattern in patterns:
        if pattern in (topic, "*") or (topic.startswith(pattern) and topic[len(pattern)] == "."):
            return True
    return False


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Decimal | int | float) and isinstance(wanted, str):
        return number_of(wanted) == value
    return bool(value == wanted)


def _comparing(name: str, compare: Callable[[Any, Any], bool], operand: Any) -> Test:
    """Numbers with numbers, lengths of time and instants with what is written as one."""
    bound = number_of(operand)

    def holds(values: Values) -> bool:
        value = values.get(name)
        if value is None or isinstance(value, bool):
            return False
        if isinstance(value, timedelta):
            return compare(value, _DURATION.validate_python(operand))
        if isinstance(value, datetime):
            return compare(value, datetime.fromisoformat(str(operand)))
        number = value if isinstance(value, int) else number_of(value)
        return number is not None and bound is not None and compare(number, bound)

    return holds


_LENGTH = re.compile(r"^P(?=\d|T\d)(\d+[YMWD])*(T(\d+[HMS])+)?$")
_NUMBER = re.compile(r"^-?\d{1,18}(\.\d{1,9})?$")


def number_of(value: Any) -> Decimal | None:
    """What a document has written, or somebody stated; None: it is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    text = str(value)
    return Decimal(text) if _NUMBER.match(text) else None
