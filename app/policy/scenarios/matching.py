"""Whether an answer is what a scenario expects: a subset, compared by meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_COMPLETE = frozenset({"notice.recipients"})
_IN_ORDER = frozenset({"queue.order"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where the answer is something else."""

    path: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.path}: expected {shown(self.expected)}, got {shown(self.actual)}"


def mismatches(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Mismatch]:
    """Every place where the answer does not meet the expectation."""
    return list(_compare("", expected, answer))


def _compare(path: str, expected: Any, actual: Any) -> Iterator[Mismatch]:
    if isinstance(expected, Mapping):
        yield from _mapping(path, expected, actual)
    elif isinstance(expected, list | tuple):
        yield from _list(path, expected, actual)
    elif expected is None:
        if not _nothing(actual):
            yield Mismatch(path, None, actual)
    elif not _equal(expected, actual):
        yield Mismatch(path, expected, actual)


def _mapping(path: str, expected: Mapping[str, Any], actual: Any) -> Iterator[Mismatch]:
    if actual is None:
        if not _asks_for_nothing(expected):
            yield Mismatch(path, expected, None)
        return
    if not isinstance(actual, Mapping):
        yield Mismatch(path, expected, actual)
        return
    for key, wanted in expected.items():
        yield from _compare(f"{path}.{key}" if path else key, wanted, actual.get(key))


def _list(path: str, expected: Any, actual: Any) -> Iterator[Mismatch]:
    items = list(actual) if isinstance(actual, list | tuple) else []
    if path in _IN_ORDER:
        if list(expected) != items:
            yield Mismatch(path, expected, actual)
        return
    if not expected:
        if not _nothing(actual):
            yield Mismatch(path, expected, actual)
        return
    for wanted in expected:
        if not any(not list(_compare(path, wanted, item)) for item in items):
            yield Mismatch(path, wanted, _nearest(wanted, items))
    if path in _COMPLETE:
        for item in items:
            if item not in expected:
                yield Mismatch(path, expected, actual)
                return


def _nearest(wanted: Any, items: list[Any]) -> Any:
    """Of a list of mappings those of the same type, so that the line says what is different."""
    if isinstance(wanted, Mapping) and "type" in wanted:
        return [i for i in items if isinstance(i, Mapping) and i.get("type") == wanted["type"]] or [
            i.get("type") if isinstance(i, Mapping) else i for i in items
        ]
    return items


def _nothing(actual: Any) -> bool:
    return actual is None or (isinstance(actual, list | tuple | Mapping) and not actual)


def _asks_for_nothing(expected: Any) -> bool:
    """Whether absence meets it, also of what would hold it."""
    if isinstance(expected, Mapping):
        return all(_asks_for_nothing(value) for value in expected.values())
    return expected is None or (isinstance(expected, list | tuple) and not expected)


def _equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Decimal) and isinstance(actual, str):
        try:
            return expected == Decimal(actual)
        except InvalidOperation:
            return False
    return bool(expected == actual)


def shown(value: Any) -> str:
    """A value in one line."""
    match value:
        case None:
            return "nothing"
        case datetime():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case Mapping():
            return "{" + ", ".join(f"{k}: {shown(v)}" for k, v in value.items() if v is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(shown, value)) + "]"
        case _:
            return str(value)
