"""The text of a policy made into a document, or all that is wrong with it at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pydantic import BaseModel, ValidationError

from app.base.pointers import pointer
from app.policy.checks.durations import uneven_durations
from app.policy.checks.references import reference_flaws
from app.policy.checks.salvage import Salvage
from app.policy.checks.source import Mark, read
from app.policy.checks.wording import shape_flaws
from app.policy.language.document import Document
from app.policy.language.faults import MOST_FAULTS, PolicyFault, PolicyFaults, Steps
from app.policy.language.patching import alternative_flaws
from app.policy.language.reading import Flaw, closest


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Topics and facts that a document may build on."""

    topics: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Library:
    """What a document may name without containing it: catalogues, and holiday sets as dates."""

    catalogues: Mapping[str, Catalogue]
    holidays: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A document that holds together; `raw` is the whole of it as JSON values, catalogue and holidays included."""

    document: Document
    raw: dict[str, Any]
    lines: Mark


def load(text: str, library: Library) -> LoadedPolicy:
    """Read a YAML or JSON document; PolicyFaults with every fault where it cannot be used."""
    raw, mark = read(text)
    if not isinstance(raw, dict):
        words = "A policy is made of members with names.", "Start with `provider:`."
        raise PolicyFaults([PolicyFault("", mark.line, "wrong_type", *words)])
    whole, faults = expand(raw, library, mark)
    return LoadedPolicy(_sound(whole, mark, faults, _flaws_of_draft), whole, mark)


def expand(
    raw: Mapping[str, Any], library: Library, mark: Mark | None = None
) -> tuple[dict[str, Any], list[PolicyFault]]:
    """The document with what it takes from the library written into it; its own entries win."""
    whole, faults = dict(raw), []
    name = raw.get("catalogue")
    if isinstance(name, str):
        catalogue = library.catalogues.get(name)
        if catalogue is None:
            remedy = closest(name, library.catalogues, "Leave it out, and declare topics and facts yourself.")
            flaw = Flaw(("catalogue",), "unknown_catalogue", f"There is no catalogue `{name}`.", remedy)
            faults.append(_fault(flaw, mark))
        else:
            whole["facts"] = _under(catalogue.facts, raw.get("facts"))
            whole["topics"] = _under(catalogue.topics, raw.get("topics"), member_by_member=True)
    named = _holiday_sets(raw, library)
    if named:
        whole["holidays"] = _under({name: list(library.holidays[name]) for name in named}, raw.get("holidays"))
    return whole, faults


def _under(given: Mapping[str, Any], own: Any, *, member_by_member: bool = False) -> Any:
    if own is None:
        return dict(given)
    if not isinstance(own, dict):
        return own
    merged = {**given, **own}
    if member_by_member:
        for name in given.keys() & own.keys():
            if isinstance(own[name], dict):
                merged[name] = {**given[name], **own[name]}
    return merged


def _holiday_sets(raw: Mapping[str, Any], library: Library) -> list[str]:
    """Sets of the library that calendars or readings name; all of them where the operator may choose one."""
    assumptions = raw.get("assumptions")
    readings = [a for a in assumptions.values() if isinstance(a, dict)] if isinstance(assumptions, dict) else []
    if any(isinstance(a.get("accepts"), dict) and a["accepts"].get("type") == "holiday_set" for a in readings):
        return sorted(library.holidays)
    words = _texts([raw.get("calendars"), [a.get("alternatives") for a in readings]])
    return sorted(words & library.holidays.keys())


def _texts(value: Any) -> set[str]:
    match value:
        case str():
            return {value}
        case list():
            return set().union(*map(_texts, value))
        case dict():
            return set().union(*map(_texts, value.values()))
        case _:
            return set()


def check(raw: Mapping[str, Any]) -> Document:
    """The document of values that are expanded and settled; PolicyFaults with every fault where there are any.

    Under one reading the places of another may be gone; whether all are there is asked of a draft alone.
    """
    return _sound(raw, None, [], _flaws)


Look = Callable[[Mapping[str, Any], Document], Iterable[Flaw]]


def _sound(raw: Mapping[str, Any], mark: Mark | None, found: list[PolicyFault], look: Look) -> Document:
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        flaws: Iterable[Flaw] = _flaws_beside(raw, shape_flaws(error.errors(include_url=False), raw), look)
    else:
        flaws = look(raw, document)
    found += [_fault(flaw, mark) for flaw in islice(flaws, MOST_FAULTS + 1)]
    if found:
        raise PolicyFaults(sorted(found, key=lambda fault: fault.line or 0))
    return document


def _flaws(raw: Mapping[str, Any], document: Document) -> Iterable[Flaw]:
    return chain(_coerced(raw, document, ()), reference_flaws(document))


def _flaws_of_draft(raw: Mapping[str, Any], document: Document) -> Iterable[Flaw]:
    return chain(_flaws(raw, document), alternative_flaws(raw, document), uneven_durations(raw))


def _flaws_beside(raw: Mapping[str, Any], shape: list[Flaw], look: Look) -> Iterator[Flaw]:
    """Those of shape, then what else is wrong with the rest of the document."""
    yield from shape
    salvage = Salvage(raw, [flaw.steps for flaw in shape])
    try:
        rest = Document.model_validate(salvage.values)
    except ValidationError:
        return
    for flaw in look(salvage.values, rest):
        told = salvage.told(flaw)
        if told is not None:
            yield told


def _fault(flaw: Flaw, mark: Mark | None) -> PolicyFault:
    line = mark.line_of(flaw.steps) if mark else None
    return PolicyFault(pointer(*flaw.steps), line, flaw.code, flaw.message, flaw.remedy)


def _coerced(raw: Any, value: Any, at: Steps) -> list[Flaw]:
    """Texts that were taken for numbers or truth: `yes` is a word here, and `"3"` is not a number."""
    if isinstance(value, BaseModel) and isinstance(raw, Mapping):
        found = []
        for name in value.model_fields_set:
            written = type(value).model_fields[name].alias or name
            found += _coerced(raw.get(written), getattr(value, name), (*at, written))
        return found
    if isinstance(value, tuple) and isinstance(raw, list):
        return [flaw for i, entry in enumerate(value) for flaw in _coerced(raw[i], entry, (*at, i))]
    if isinstance(value, Mapping) and isinstance(raw, Mapping):
        return [f for key, entry in value.items() for f in _coerced(raw.get(str(key)), entry, (*at, str(key)))]
    if isinstance(value, bool) and not isinstance(raw, bool):
        words = f"`{at[-1]}` cannot be `{raw}`.", "Write `true` or `false`."
        return [Flaw(at, "wrong_type", *words)]
    if type(value) is int and type(raw) is not int:
        return [Flaw(at, "wrong_type", f'`{at[-1]}` cannot be `"{raw}"`.', "Write a whole number without quotes.")]
    return []
