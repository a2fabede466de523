"""Conditions checked against what a policy declares: names, operators, and values of the right type."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.policy.language.document import Document
from app.policy.language.faults import Steps
from app.policy.language.matters import Fact
from app.policy.language.model import Duration
from app.policy.language.predicate import OPERATORS
from app.policy.language.standard import CLAIMED, CLOSED, DERIVED, STANDINGS, TICKET_EVENTS

_DURATION: TypeAdapter[Any] = TypeAdapter(Duration)
_SPAN_BOUNDS = ("gte", "gt", "lte", "lt")
_ORDERED = frozenset({"int", "decimal", "money", "duration", "instant"})
_CONTACT = re.compile(r"^contact\.([a-z][a-z0-9_]*)\.on_server$")
MOST_CONDITIONS = 400
"""Entries of one condition; more could not be read by anybody."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong below a place: the steps from there, a code, and the words."""

    steps: Steps
    code: str
    message: str
    remedy: str


class Names:
    """Every name a document may use, and the type behind each fact."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.facts: dict[str, Fact] = dict(document.facts)
        for fact in document.facts.values():
            self.facts.update(dict.fromkeys(fact.aliases, fact))
        self.topics = {"*"} | {
            ".".join(parts[:n])
            for slug in document.topics
            for parts in [slug.split(".")]
            for n in range(1, len(parts) + 1)
        }
        self.channels = set(document.channels) | {c.entrance for c in document.channels.values() if c.entrance}
        products = document.products.values()
        self.products = {*document.products, *(name for p in products for name in (*p.aliases, *p.variants))}
        self._closed: dict[str, Iterable[str]] = {
            **CLOSED,
            "sender.standing": {*STANDINGS, *document.contacts},
            "channel": self.channels,
            "department": set(document.departments),
            "priority": set(document.priorities),
            **({"product": self.products} if document.products else {}),
        }

    def type_of(self, name: str) -> str | None:
        fact = self.facts.get(name)
        if fact is not None:
            return fact.type
        if name.startswith(CLAIMED):
            return self.type_of(name.removeprefix(CLAIMED))
        return "bool" if _CONTACT.match(name) else DERIVED.get(name)

    def values_of(self, name: str) -> Iterable[str] | None:
        """The closed list a value is taken from, where there is one."""
        fact = self.facts.get(name.removeprefix(CLAIMED))
        if fact is not None and fact.type == "enum":
            return {*fact.values, *(own for below in fact.within.values() for own in below)}
        return self._closed.get(name)

    def unknown_fact(self, name: str, steps: Steps) -> Flaw:
        known = [*self.facts, *DERIVED]
        return Flaw(
            steps, "unknown_fact", f"No fact is called `{name}`.", closest(name, known, "Declare it in `facts`.")
        )


def closest(word: str, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(str(word), [str(k) for k in known], n=1, cutoff=0.7)
    return f"Did you mean `{near[0]}`?" if near else otherwise


def check_condition(predicate: Mapping[str, Any], names: Names, *, decides: bool) -> list[Flaw]:
    """Everything wrong with one condition; `decides`: it bears on money, priority or coverage."""
    found: list[Flaw] = []
    left = MOST_CONDITIONS
    for steps, key, wanted in _entries(predicate, ()):
        left -= 1
        if left < 0:
            found.append(
                Flaw((), "too_many_conditions", f"This condition has over {MOST_CONDITIONS} entries.", "Split it.")
            )
            break
        if key is None:
            found.append(Flaw(steps, "bad_condition", *wanted))
        elif key in ("age", "until"):
            found += _span(steps, key, wanted, names)
        else:
            found += _fact(steps, key, wanted, names, decides=decides)
    return found


def _entries(predicate: Mapping[str, Any], at: Steps) -> Iterator[tuple[Steps, str | None, Any]]:
    """The leaves of a condition; a leaf without a key is a fault in words."""
    for key, wanted in predicate.items():
        steps = (*at, key)
        if key in ("any", "all"):
            if not isinstance(wanted, list | tuple) or not wanted:
                yield steps, None, (f"`{key}` needs a list of conditions.", f"Write `{key}: [{{...}}, {{...}}]`.")
                continue
            for index, part in enumerate(wanted):
                if isinstance(part, Mapping):
                    yield from _entries(part, (*steps, index))
                else:
                    yield (*steps, index), None, ("A condition has members with names.", "Write `{fact: value}`.")
        elif key == "not":
            if isinstance(wanted, Mapping):
                yield from _entries(wanted, steps)
            else:
                yield steps, None, ("`not` needs a condition.", "Write `not: {fact: value}`.")
        else:
            yield steps, key, wanted


def _span(steps: Steps, key: str, wanted: Any, names: Names) -> Iterator[Flaw]:
    if not isinstance(wanted, Mapping) or not isinstance(wanted.get("of"), str):
        yield Flaw(
            steps, "bad_condition", f"`{key}` must say of which instant.", "Add `of:`, such as `of: received_at`."
        )
        return
    kind = names.type_of(wanted["of"])
    if kind != "instant" and (kind is not None or wanted["of"] not in TICKET_EVENTS):
        instants = (*(n for n in names.facts if names.type_of(n) == "instant"), "received_at", *sorted(TICKET_EVENTS))
        remedy = closest(wanted["of"], instants, "Name an instant, or an event of the ticket.")
        yield Flaw((*steps, "of"), "wrong_type", f"`{wanted['of']}` is no instant.", remedy)
    if not any(bound in wanted for bound in _SPAN_BOUNDS):
        yield Flaw(steps, "bad_condition", f"`{key}` has no bound.", "Add `gte`, `gt`, `lte` or `lt` with a duration.")
    for name, value in wanted.items():
        if name in _SPAN_BOUNDS and not _is_duration(value):
            yield Flaw((*steps, name), "wrong_type", f"`{value}` is no duration.", "Write one such as `PT4H` or `P2D`.")
        elif name == "calendar":
            yield from _calendar((*steps, name), value, names)
        elif name not in ("of", *_SPAN_BOUNDS):
            known = ("of", "calendar", *_SPAN_BOUNDS)
            yield Flaw(
                (*steps, name),
                "unknown_member",
                f"`{name}` is not a member here.",
                closest(name, known, "Leave it out."),
            )


def _calendar(steps: Steps, value: Any, names: Names) -> Iterator[Flaw]:
    if not isinstance(value, str) or value not in names.document.calendars:
        remedy = closest(str(value), names.document.calendars, "Add it to `calendars`.")
        yield Flaw(steps, "unknown_calendar", f"There is no calendar `{value}`.", remedy)


def _fact(steps: Steps, name: str, wanted: Any, names: Names, *, decides: bool) -> Iterator[Flaw]:
    kind = names.type_of(name)
    if kind is None:
        yield names.unknown_fact(name, steps)
        return
    if decides and name.startswith(CLAIMED):
        message = f"`{name}` is somebody's word and may not decide money, priority or coverage."
        yield Flaw(steps, "claimed_decides", message, "Read the fact itself, or let a rule of another stage flag it.")
    if not isinstance(wanted, Mapping):
        yield from _values(steps, name, kind, wanted, names)
        return
    if not wanted:
        yield Flaw(
            steps, "bad_condition", f"What must `{name}` be?", f"Write a value, a list, or one of {_OPERATORS_SHOWN}."
        )
    for operator, operand in wanted.items():
        yield from _operator((*steps, operator), name, kind, operator, operand, names)


_OPERATORS_SHOWN = ", ".join(f"`{operator}`" for operator in OPERATORS)


def _operator(steps: Steps, name: str, kind: str, operator: str, operand: Any, names: Names) -> Iterator[Flaw]:
    match operator:
        case "not":
            if isinstance(operand, Mapping):
                yield Flaw(steps, "bad_condition", "`not` takes a value or a list here.", "Put `not:` around the fact.")
            else:
                yield from _values(steps, name, kind, operand, names)
        case "exists":
            if not isinstance(operand, bool):
                yield Flaw(steps, "wrong_type", f"`exists` cannot be `{operand}`.", "Write `true` or `false`.")
        case "in" | "not_in":
            if kind != "instant":
                yield Flaw(steps, "wrong_type", f"`{name}` is no instant.", "Use a list for one of several values.")
            yield from _calendar(steps, operand, names)
        case "gte" | "gt" | "lte" | "lt":
            if kind not in _ORDERED:
                yield Flaw(
                    steps, "wrong_type", f"`{name}` is neither number, time nor amount.", "Name its values instead."
                )
            else:
                yield from _values(steps, name, kind, operand, names)
        case _:
            remedy = closest(operator, OPERATORS, f"Use one of {_OPERATORS_SHOWN}.")
            yield Flaw(steps, "unknown_operator", f"`{operator}` is not an operator.", remedy)


def _values(steps: Steps, name: str, kind: str, wanted: Any, names: Names) -> Iterator[Flaw]:
    several = isinstance(wanted, list | tuple)
    if several and not wanted:
        yield Flaw(steps, "bad_condition", "An empty list can never hold.", "Name at least one value.")
    for index, value in enumerate(wanted if several else (wanted,)):
        here = (*steps, index) if several else steps
        yield from check_value(here, name, kind, value, names)


def check_value(steps: Steps, name: str, kind: str, value: Any, names: Names) -> Iterator[Flaw]:
    """One value against the type of its fact, and against the list it is taken from."""
    if value is None:
        return
    fits, form = _TYPES[kind]
    if not fits(value):
        yield Flaw(steps, "wrong_type", f"`{name}` is {_NAMES[kind]}; it cannot be `{_json(value)}`.", f"Write {form}.")
        return
    if kind == "topic":
        if value not in names.topics:
            remedy = closest(value, names.topics, "Add it to `topics`.")
            yield Flaw(steps, "unknown_topic", f"There is no topic `{value}`.", remedy)
        return
    known = names.values_of(name)
    if known is not None and value not in known:
        remedy = closest(value, known, f"Use one of {', '.join(sorted(known))}." if known else "Declare it.")
        yield Flaw(steps, "unknown_value", f"`{name}` can never be `{value}`.", remedy)


def _json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_duration(value: Any) -> bool:
    try:
        _DURATION.validate_python(value)
    except ValidationError:
        return False
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or _is_amount(value)


def _is_amount(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "bool": (lambda v: isinstance(v, bool), "`true` or `false`"),
    "int": (lambda v: isinstance(v, int) and not isinstance(v, bool), "a whole number"),
    "decimal": (_is_number, "a number"),
    "money": (_is_amount, 'an amount in quotes, such as `"85.00"`'),
    "duration": (_is_duration, "a duration, such as `PT15M`"),
    "instant": (_is_instant, "an instant with its zone, such as `2026-12-25T09:00:00Z`"),
    "enum": (_is_text, "one of its values"),
    "text": (_is_text, "a text"),
    "topic": (_is_text, "a topic"),
    "email": (_is_text, "a text"),
    "list": (lambda v: isinstance(v, str | int | float | bool), "one entry of the list"),
}
_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "decimal": "a number",
    "money": "an amount",
    "duration": "a duration",
    "instant": "an instant",
    "enum": "one of a few words",
    "text": "a text",
    "topic": "a topic",
    "email": "an address",
    "list": "a list",
}
