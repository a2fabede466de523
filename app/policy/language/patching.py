"""Changes to a document's values: a merge patch (RFC 7396) in which entries of lists are addressed by their `id`."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.base.pointers import steps_of
from app.policy.language.document import Document
from app.policy.language.faults import Steps
from app.policy.language.reading import Flaw

KEPT = frozenset({"provider", "prefix", "clauses", "assumptions"})
"""What a reading never changes: who speaks, the text itself, and the questions it leaves."""


class CannotChange(Exception):  # noqa: N818 - it reads as what happened
    """A change that does not fit the document; `steps` is the place in the change."""

    def __init__(self, steps: Steps, message: str) -> None:
        super().__init__(message)
        self.steps = steps
        self.message = message


def changed(value: Any, patch: Any, at: Steps = ()) -> Any:
    """The value with the patch laid over it; what it was made of is not touched."""
    if not isinstance(patch, Mapping):
        return patch
    if isinstance(value, list):
        return _changed_list(value, patch, at)
    base = dict(value) if isinstance(value, Mapping) else {}
    for key, part in patch.items():
        if part is None:
            base.pop(key, None)
        else:
            base[key] = changed(base.get(key), part, (*at, key))
    return base


def _changed_list(entries: list[Any], patch: Mapping[str, Any], at: Steps) -> list[Any]:
    found = list(entries)
    for key, part in patch.items():
        index = position(found, key)
        if part is None:
            found = [entry for i, entry in enumerate(found) if i != index]
        elif index is not None:
            found[index] = changed(found[index], part, (*at, key))
        elif isinstance(part, Mapping) and all(isinstance(entry, Mapping) for entry in found):
            found.append(changed({"id": key}, part, (*at, key)))
        else:
            raise CannotChange((*at, key), f"No entry of this list has the id `{key}`.")
    return found


def position(entries: list[Any], key: str) -> int | None:
    """Where the entry with this id stands; a number counts from the start."""
    for index, entry in enumerate(entries):
        if isinstance(entry, Mapping) and entry.get("id") == key:
            return index
    return int(key) if key.isdigit() and len(key) < 6 and int(key) < len(entries) else None


def put(value: Any, pointer: str, new: Any) -> Any:
    """The value with another one at a JSON pointer; everything above it must exist."""
    return _put(value, steps_of(pointer), new, pointer)


def _put(value: Any, steps: tuple[str, ...], new: Any, pointer: str) -> Any:
    if not steps:
        return new
    first, rest = steps[0], steps[1:]
    if isinstance(value, list):
        index = position(value, first)
        if index is not None:
            return [_put(entry, rest, new, pointer) if i == index else entry for i, entry in enumerate(value)]
    elif isinstance(value, Mapping) and (first in value or not rest):
        return {**value, first: _put(value.get(first), rest, new, pointer)}
    raise CannotChange((), f"`{pointer}` leads to nothing: there is no `{first}`.")


def found_at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, by the same addressing; None where nothing does."""
    for step in steps_of(pointer):
        if isinstance(value, list):
            index = position(value, step)
            value = None if index is None else value[index]
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def alternative_flaws(raw: Mapping[str, Any], document: Document) -> Iterator[Flaw]:
    """Alternatives whose changes, and values whose places, do not fit the document."""
    for id_, assumption in document.assumptions.items():
        here = ("assumptions", id_)
        for name, alternative in assumption.alternatives.items():
            if alternative.changes is not None:
                for flaw in _change_flaws(raw, alternative.changes):
                    steps = (*here, "alternatives", name, "changes", *flaw.steps)
                    yield Flaw(steps, flaw.code, flaw.message, flaw.remedy)
        for index, pointer in enumerate(assumption.accepts.at if assumption.accepts else ()):
            steps = (*here, "accepts", "at", index)
            try:
                if not pointer.startswith("/") or steps_of(pointer)[0] in KEPT:
                    raise CannotChange((), f"`{pointer}` is no place that a reading can change.")
                put(raw, pointer, None)
            except CannotChange as problem:
                yield Flaw(steps, "bad_place", problem.message, "Write a pointer such as `/fees/hourly/amount`.")


def _change_flaws(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Flaw]:
    for name in changes:
        if name not in Document.model_fields:
            yield Flaw(
                (name,), "unknown_member", f"`{name}` is not a member of a policy.", "Start at the document's top."
            )
        elif name in KEPT:
            yield Flaw((name,), "kept_member", f"A reading cannot change `{name}`.", "Change what follows from it.")
    try:
        changed(raw, changes)
    except CannotChange as problem:
        yield Flaw(problem.steps, "bad_change", problem.message, "Give the entry that `id` in the document.")
