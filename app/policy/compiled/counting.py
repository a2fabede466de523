"""How far it is worth counting for a document: no further than anything in it tells two counts apart."""

from collections.abc import Collection, Iterator, Mapping
from math import ceil
from typing import Any, Final

from app.policy.compiled.conditions import number_of
from app.policy.language.document import Document

ALL_OF_THEM: Final = 2**31 - 1
HELP_SHOWN: Final = 100
"""So far earlier help is counted wherever it is counted at all: people read it among a ticket's facts."""


def worth_counting(document: Document, fact: str) -> int:
    """0: nothing reads the fact. ALL_OF_THEM: something takes the number as it is, as a price by the piece does."""
    declared = document.facts.get(fact)
    if declared is None:
        return 0
    written = document.model_dump(exclude={"facts": {fact}})
    return max(_told_apart(written, {fact, *declared.aliases}), default=0)


def _told_apart(part: Any, names: Collection[str]) -> Iterator[int]:
    """For each place that speaks of the fact: beyond which count all others are alike to it."""
    if isinstance(part, Mapping):
        for name, inner in part.items():
            if name in names:  # a condition
                yield max([0, *map(ceil, _numbers(inner))]) + 1
            else:
                yield from _told_apart(inner, names)
    elif isinstance(part, list | tuple | set | frozenset):
        for inner in part:
            yield from _told_apart(inner, names)
    elif isinstance(part, str) and part in names:
        yield ALL_OF_THEM


def _numbers(wanted: Any) -> Iterator[Any]:
    """What a condition compares with."""
    if isinstance(wanted, Mapping):
        wanted = list(wanted.values())
    if isinstance(wanted, list | tuple):
        for one in wanted:
            yield from _numbers(one)
    elif (number := number_of(wanted)) is not None:
        yield number
