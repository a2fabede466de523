"""Predicates made ready: each becomes one closure over the values of a decision."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from pydantic import TypeAdapter

from app.policy.calendars import Calendar

_DURATION = TypeAdapter(timedelta)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "gte": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "lte": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
}


class Values(Protocol):
    """What a predicate may read."""

    at: datetime

    def get(self, name: str) -> Any: ...
    def calendar(self, slug: str) -> Calendar: ...


Test = Callable[[Values], bool]
Reads = Callable[[str], bool]


class Condition:
    """A predicate ready to be asked; `reads` names the facts it looks at."""

    __slots__ = ("holds", "reads")

    def __init__(self, holds: Test, reads: tuple[str, ...]) -> None:
        self.holds = holds
        self.reads = reads


def _always(_: Values) -> bool:
    return True


ALWAYS = Condition(_always, ())


def build(predicate: Mapping[str, Any], is_topic: Reads) -> Condition:
    """Closures for every entry; `is_topic` says which facts match by prefix."""
    tests, reads = _entries(predicate, is_topic)
    if not tests:
        return ALWAYS
    if len(tests) == 1:
        return Condition(tests[0], tuple(dict.fromkeys(reads)))
    return Condition(_all(tests), tuple(dict.fromkeys(reads)))


def _entries(predicate: Mapping[str, Any], is_topic: Reads) -> tuple[list[Test], list[str]]:
    tests: list[Test] = []
    reads: list[str] = []
    for key, wanted in predicate.items():
        if key in ("any", "all"):
            parts = [build(part, is_topic) for part in wanted]
            tests.append((_any if key == "any" else _all)([p.holds for p in parts]))
            reads += [name for part in parts for name in part.reads]
        elif key == "not":
            part = build(wanted, is_topic)
            tests.append(_negated(part.holds))
            reads += part.reads
        elif key in ("age", "until"):
            tests.append(_span(key, wanted))
            reads.append(wanted["of"])
        else:
            tests.append(_fact(key, wanted, topic=is_topic(key)))
            reads.append(key)
    return tests, reads


def _all(tests: Iterable[Test]) -> Test:
    ready = tuple(tests)

    def holds(values: Values) -> bool:
        return all(test(values) for test in ready)

    return holds


def _any(tests: Iterable[Test]) -> Test:
    ready = tuple(tests)

    def holds(values: Values) -> bool:
        return any(test(values) for test in ready)

    return holds


def _negated(test: Test) -> Test:
    return lambda values: not test(values)


def _fact(name: str, wanted: Any, *, topic: bool) -> Test:
    if isinstance(wanted, Mapping):
        return _all([_operator(name, op, operand, topic=topic) for op, operand in wanted.items()])
    return _one_of(name, wanted if isinstance(wanted, list | tuple) else [wanted], topic=topic)


def _one_of(name: str, wanted: Iterable[Any], *, topic: bool) -> Test:
    options = tuple(wanted)
    if topic:
        return lambda values: matches_topic(values.get(name), options)

    def holds(values: Values) -> bool:
        value = values.get(name)
        if isinstance(value, list | tuple):
            return any(same(v, option) for v in value for option in options)
        return any(same(value, option) for option in options)

    return holds


def _operator(name: str, operator: str, operand: Any, *, topic: bool) -> Test:
    match operator:
        case "not":
            inner = _fact(name, operand, topic=topic)
            return _negated(inner)
        case "exists":
            return lambda values: (values.get(name) is not None) is bool(operand)
        case "in":
            return lambda values: _within(values, values.get(name), operand)
        case "not_in":
            return lambda values: values.get(name) is not None and not _within(values, values.get(name), operand)
        case _:
            compare = _COMPARISONS[operator]
            return lambda values: _compared(compare, values.get(name), operand)


def _within(values: Values, instant: Any, calendar: str) -> bool:
    return isinstance(instant, datetime) and values.calendar(calendar).is_open(instant)


def _span(key: str, span: Mapping[str, Any]) -> Test:
    name, calendar = span["of"], span.get("calendar")
    bounds = [(_COMPARISONS[op], _DURATION.validate_python(v)) for op, v in span.items() if op in _COMPARISONS]

    def holds(values: Values) -> bool:
        instant = values.get(name)
        if not isinstance(instant, datetime):
            return False
        start, end = (instant, values.at) if key == "age" else (values.at, instant)
        length = end - start if calendar is None or start > end else values.calendar(calendar).elapsed(start, end)
        return all(compare(length, bound) for compare, bound in bounds)

    return holds


def matches_topic(topic: Any, patterns: Iterable[str]) -> bool:
    """`email` holds for `email` and everything below it; `*` for any topic that is known."""
    if not isinstance(topic, str):
        return False
    return any(p in ("*", topic) or topic.startswith(p + ".") for p in patterns)


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Decimal | int | float) and isinstance(wanted, str):
        return _number(wanted) == value
    return bool(value == wanted)


def _compared(compare: Callable[[Any, Any], bool], value: Any, operand: Any) -> bool:
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, timedelta):
        return compare(value, _DURATION.validate_python(operand))
    if isinstance(value, datetime):
        return compare(value, datetime.fromisoformat(str(operand)))
    left, right = _number(value), _number(operand)
    return left is not None and right is not None and compare(left, right)


_NUMBER = re.compile(r"^-?\d{1,18}(\.\d{1,9})?$")


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    text = str(value)
    if not _NUMBER.match(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
