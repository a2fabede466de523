"""What is found by the facts that it asks for: of many entries a few are looked at."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from operator import getitem
from typing import Any, Generic, TypeVar

Hits = tuple[Any, ...]
"""Values by which entries are found."""

_MOST_KEPT = 1_000

E = TypeVar("E")


class _Finder(dict[Any, Hits]):
    """By value of one fact, what entries that may hold for it ask for; so many values are remembered."""

    def __init__(self, asked: Container[Any], options: Callable[[Any], Iterable[Any]]) -> None:
        super().__init__()
        self._asked, self._options = asked, options

    def __missing__(self, value: Any) -> Hits:
        hits = tuple(option for option in self._options(value) if option in self._asked)
        if len(self) < _MOST_KEPT:
            self[value] = hits
        return hits


class Table(Generic[E]):
    """Entries in their order. One that asks for a certain value of a fact is looked at only where the fact has it."""

    def __init__(
        self,
        entries: Iterable[tuple[E, Mapping[str, Any]]],
        topics: frozenset[str],
        wider: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> None:
        """`entries`: each with what it asks of facts that stand still while the table is gone through."""
        self._entries: list[E] = []
        self._always: list[int] = []
        self._by_fact: dict[str, dict[Any, list[int]]] = {}
        for position, (entry, asked) in enumerate(entries):
            self._entries.append(entry)
            pin = _pin(asked)
            if pin is None:
                self._always.append(position)
                continue
            fact, options = pin
            for option in options:
                self._by_fact.setdefault(fact, {}).setdefault(option, []).append(position)
        self._facts = tuple(self._by_fact)
        self._finders = tuple(
            _Finder(table, _prefixes if fact in topics else _and_above(wider.get(fact, {})))
            for fact, table in self._by_fact.items()
        )
        self._kept: dict[tuple[Hits, ...], Sequence[E]] = {}

    def candidates(self, values: Mapping[str, Any]) -> Sequence[E]:
        """Those that may hold, in their order; whether they do is for their conditions to say."""
        try:
            hits = tuple(map(getitem, self._finders, map(values.get, self._facts)))
        except TypeError:  # one of them is a list
            hits = tuple(map(getitem, self._finders, map(_hashable, map(values.get, self._facts))))
        known = self._kept.get(hits)
        if known is None:
            known = self._found(hits)
            if len(self._kept) < _MOST_KEPT:
                self._kept[hits] = known
        return known

    def _found(self, hits: Iterable[Hits]) -> Sequence[E]:
        found = set(self._always)
        for table, options in zip(self._by_fact.values(), hits, strict=True):
            found.update(position for option in options for position in table[option])
        return tuple(self._entries[position] for position in sorted(found))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _and_above(below: Mapping[str, Sequence[str]]) -> Callable[[Any], Iterable[Any]]:
    """Of a value: itself and the standard value above it; of several, each as it is."""
    above = {own: standard for standard, values in below.items() for own in values}

    def options(value: Any) -> Iterable[Any]:
        if isinstance(value, str) and value in above:
            return (value, above[value])
        return value if isinstance(value, tuple) else (value,)

    return options


def _prefixes(topic: Any) -> Iterable[str]:
    if topic is None:
        return ()
    parts = str(topic).split(".")
    return ["*", *(".".join(parts[: n + 1]) for n in range(len(parts)))]


_FIRST = ("transition", "event", "action", "topic")


def _pin(asked: Mapping[str, Any]) -> tuple[str, Sequence[Any]] | None:
    """The fact by which an entry is found, with the values it takes."""
    pins = {fact: _values(wanted) for fact, wanted in asked.items()}
    usable = {fact: values for fact, values in pins.items() if values}
    for fact in (*_FIRST, *usable):
        if fact in usable:
            return fact, usable[fact]
    return None


def _values(wanted: Any) -> Sequence[Any]:
    options = wanted if isinstance(wanted, list | tuple) else (wanted,)
    if all(option is True or (isinstance(option, str) and not option[:1].isdigit()) for option in options):
        return options
    return ()
