"""Whether each part of a document has what its kind needs, and values that can be."""

from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from app.policy.language import effects, tables
from app.policy.language.awaited import texts_of
from app.policy.language.calendars import Calendar
from app.policy.language.clauses import Assumption
from app.policy.language.document import Document, QueueOrder
from app.policy.language.entrances import ContactRole
from app.policy.language.faults import Steps
from app.policy.language.hours import calendar_flaws
from app.policy.language.matters import Fact
from app.policy.language.promises import Metric, Table, Target
from app.policy.language.reading import Flaw, Names, check_value, closest
from app.policy.language.rules import CoverageEntry, Rule
from app.policy.language.standard import TICKET_EVENTS

SECTIONS = {
    "clause": "clauses",
    "assumption": "assumptions",
    "calendar": "calendars",
    "channel": "channels",
    "department": "departments",
    "fact": "facts",
    "fee": "fees",
    "fee or allowance": "fees",
    "allowance": "allowances",
    "language": "languages",
    "level": "levels",
    "metric": "metrics",
    "priority": "priorities",
    "product": "products",
    "reason": "reasons",
    "topic": "topics",
    "action role": "contacts",
}


def unknown_name(steps: Steps, kind: str, name: Any, known: Container[Any]) -> Flaw:
    listed = [str(k) for k in known] if isinstance(known, Iterable) else []
    otherwise = f"Add it to `{SECTIONS[kind]}`." if kind in SECTIONS else "Name one that exists."
    if kind == "currency":
        otherwise = "Use the three letters of ISO 4217, such as `EUR`."
    return Flaw(
        steps, f"unknown_{kind.replace(' ', '_')}", f"There is no {kind} `{name}`.", closest(name, listed, otherwise)
    )


def _document(part: Document, _: Names) -> Iterator[Flaw]:
    if not _is_zone(part.tz):
        yield Flaw(
            ("tz",), "unknown_zone", f"There is no zone `{part.tz}`.", "Use an IANA name such as `Europe/Paris`."
        )
    if part.effective_from and part.effective_until and part.effective_until <= part.effective_from:
        message = "The policy ends before it begins."
        yield Flaw(("effective_until",), "inverted_dates", message, "Put the later instant here.")


def _calendar(part: Calendar, names: Names) -> Iterator[Flaw]:
    if part.tz is not None and part.tz != "account" and not _is_zone(part.tz):
        yield Flaw(
            ("tz",), "unknown_zone", f"There is no zone `{part.tz}`.", "Use an IANA name such as `Europe/Paris`."
        )
    for index, name in enumerate(part.holidays):
        if name not in names.document.holidays:
            yield unknown_name(("holidays", index), "holiday set", name, names.document.holidays)
    if part.outside is None:
        yield from calendar_flaws(part)
    else:
        yield from _outside(part, names)


def _outside(part: Calendar, names: Names) -> Iterator[Flaw]:
    """The hours outside a calendar: of one that has hours of its own, and sometimes closes."""
    other = names.document.calendars.get(part.outside or "")
    own = part.model_fields_set - {"outside", "clauses", "assumption"}
    if own:
        message = f"A calendar of the hours outside another has no `{min(own)}` of its own."
        yield Flaw((min(own),), "unused_member", message, "Leave it out, or leave `outside` out.")
    if other is not None and other.outside is not None:
        message = f"`{part.outside}` is itself made of the hours outside another calendar."
        yield Flaw(("outside",), "nested_outside", message, f"Name `{other.outside}` where its hours are meant.")
    elif other is not None and other.open == "always" and not (other.holidays or other.extra or other.dated):
        message = f"There is no time outside `{part.outside}`."
        yield Flaw(("outside",), "never_open", message, "Name a calendar that closes at times.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


TARGET_NEEDS: dict[str, tuple[str, ...]] = {
    "elapsed": ("max",),
    "business": ("max", "calendar"),
    "opening": ("calendar",),
    "next_business_day": ("calendar",),
    "same_business_day": ("calendar",),
    "within_business_days": ("n", "calendar"),
    "window": ("calendar",),
}


def _target(part: Target, names: Names) -> Iterator[Flaw]:
    yield from _event(("start",), part.start, names, STARTS)
    if part.table is not None:
        yield from _target_table(part, part.table, names)
        return
    for member in TARGET_NEEDS.get(part.kind, ()):
        if getattr(part, member) is None:
            message = f"A target of kind `{part.kind}` needs `{member}`."
            yield Flaw((member,), "target_incomplete", message, f"Add `{member}:` here, or choose another kind.")
    if part.min is not None and part.max is not None and part.min > part.max:
        yield Flaw(("min",), "inverted_range", "`min` is longer than `max`.", "Swap the two.")
    if part.receipt_counts and part.kind != "within_business_days":
        remedy = "Use `within_business_days`, or leave it out."
        yield Flaw(("receipt_counts",), "bad_receipt_counts", "Only a number of business days has a first one.", remedy)
    if part.due_at == "opening" and (part.kind not in LATER_DAYS or part.receipt_counts):
        remedy = "Use `next_business_day` or `within_business_days`, without `receipt_counts`, or leave it out."
        yield Flaw(("due_at",), "bad_due_at", "Only a later business day can be due when it opens.", remedy)


LATER_DAYS = ("next_business_day", "within_business_days")


def _target_table(part: Target, table: Table, names: Names) -> Iterator[Flaw]:
    for row, column, content in tables.cells(table):
        here = ("cells", row, column)
        if content is None:
            continue
        try:
            cell = tables.target_of(part, content)
        except ValidationError as wrong:
            said = wrong.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            yield Flaw(("table", *here), "bad_cell", f"This cell is no time: {said}.", "Write one such as `PT4H`.")
            continue
        if cell.table is not None:
            yield Flaw(("table", *here), "bad_cell", "A table holds no tables.", "Write a duration such as `PT4H`.")
            continue
        yield from (Flaw(("table", *here), f.code, f.message, f.remedy) for f in _target(cell, names))


def _table(part: Table, names: Names) -> Iterator[Flaw]:
    yield from tables.key_flaws(part, names)


_SET_BY_CELLS = {"priority": "priorities", "department": "departments", "level": "levels"}


STARTS = frozenset({"received", "channel_attended", "intake_complete", "escalated", "reclassified"})


def _event(steps: Steps, name: str, names: Names, also: frozenset[str] = frozenset()) -> Iterator[Flaw]:
    """Whether a clock can start or stop by this: an event of the ticket, or a fact that comes to hold."""
    if name not in TICKET_EVENTS and name not in also and name not in names.facts:
        events = ", ".join(sorted({*TICKET_EVENTS, *also}))
        remedy = closest(name, (*TICKET_EVENTS, *also, *names.facts), f"Name a fact, or one of {events}.")
        yield Flaw(steps, "unknown_event", f"Nothing that happens to a ticket is called `{name}`.", remedy)


def _metric(part: Metric, names: Names) -> Iterator[Flaw]:
    yield from _event(("stops",), part.stops, names)


def _elapsed(part: Rule, names: Names) -> Iterator[Flaw]:
    """A rule about a while that has passed says since when, and how long."""
    if part.stage != "event" or part.when.get("event") != "elapsed":
        return
    for member, example in (("since", "waiting_customer"), ("after", "PT72H")):
        if not texts_of(part.when.get(member)):
            message = f"A rule about time that has passed needs `{member}`."
            yield Flaw(("when",), "elapsed_incomplete", message, f"Add it, such as `{member}: {example}`.")
    for since in texts_of(part.when.get("since")):
        yield from _event(("when", "since"), since, names, frozenset({"received", "received_at"}))
    calendar = part.when.get("calendar")
    if isinstance(calendar, str) and calendar not in names.document.calendars:
        yield unknown_name(("when", "calendar"), "calendar", calendar, names.document.calendars)


def _rule(part: Rule, names: Names) -> Iterator[Flaw]:
    yield from _elapsed(part, names)
    if part.table is None:
        return
    if part.else_:
        yield Flaw(("else",), "unused_member", "A rule with a table has no `else`.", "Add a row or column `*`.")
    sets = part.table.sets
    if sets not in _SET_BY_CELLS and sets not in names.facts:
        yield names.unknown_fact(sets, ("table", "sets"))
        return
    for row, column, content in tables.cells(part.table):
        here = ("table", "cells", row, column)
        if content is None:
            continue
        if sets in _SET_BY_CELLS:
            known = getattr(names.document, _SET_BY_CELLS[sets]) or range(1, 10)
            if content not in known:
                yield unknown_name(here, sets, content, known)
        elif names.facts[sets].type != "list":
            yield from check_value(here, sets, names.facts[sets].type, content, names)


def _fact(part: Fact, names: Names) -> Iterator[Flaw]:
    if part.type == "enum" and not part.values:
        yield Flaw(("values",), "missing_member", "A fact of type `enum` needs its values.", "Add `values: [...]`.")
        return
    if part.values and part.type != "enum":
        yield Flaw(("values",), "unused_values", f"A fact of type `{part.type}` has no values.", "Make it an `enum`.")
    for member, value in (("default", part.default), *((f"by_topic/{k}", v) for k, v in part.by_topic.items())):
        steps = tuple(member.split("/", 1))
        if part.type != "list":
            yield from check_value(steps, "default", part.type, value, names)
        if part.type == "enum" and value is not None and value not in part.values:
            yield Flaw(
                steps,
                "unknown_value",
                f"`{value}` is not among its values.",
                closest(str(value), part.values, "Add it."),
            )
    for pattern in part.by_topic:
        if pattern not in names.topics:
            yield unknown_name(("by_topic", pattern), "topic", pattern, names.topics)
    for standard in part.within:
        if standard not in part.values:
            yield Flaw(
                ("within", standard), "unknown_value", f"`{standard}` is not among its values.", "Name one that is."
            )


def _set_fact(part: effects.SetFact, names: Names) -> Iterator[Flaw]:
    if part.fact not in names.facts:
        yield names.unknown_fact(part.fact, ("fact",))
    elif not isinstance(part.value, effects.FactReference):
        kind = names.facts[part.fact].type
        if kind != "list":
            yield from check_value(("value",), part.fact, kind, part.value, names)


def _require(part: effects.Require, names: Names) -> Iterator[Flaw]:
    for i, combination in enumerate(part.any_of):
        if not combination:
            yield Flaw(
                ("any_of", i), "bad_value", "An empty combination is always there.", "Name facts, or leave it out."
            )
        for j, name in enumerate(combination):
            if names.type_of(name) is None:
                yield names.unknown_fact(name, ("any_of", i, j))


def _coverage(part: CoverageEntry, _: Names) -> Iterator[Flaw]:
    if (part.only or part.else_) and part.override is None:
        message = "`only` and `else` belong to an entry that stands before the others."
        yield Flaw(("only" if part.only else "else",), "override_missing", message, "Add `override:` with a rank.")


def _schedule(part: effects.Schedule, names: Names) -> Iterator[Flaw]:
    if not part.retry and part.window is None:
        message = "Without a wish there is nothing to keep to."
        yield Flaw(("retry",), "unused_member", message, "Leave `retry` out, or name the fact of the wish in `window`.")
    if part.window is not None and names.type_of(part.window) not in ("instant", None):
        yield Flaw(("window",), "wrong_type", f"`{part.window}` is no instant.", "Name a fact of type `instant`.")


def _role(part: ContactRole, _: Names) -> Iterator[Flaw]:
    if part.max is not None and part.min > part.max:
        yield Flaw(("min",), "inverted_range", "`min` is more than `max`.", "Swap the two.")
    for member in ("not_on", "through_redirects"):
        if member in part.model_fields_set and part.address == "any":
            message = f"`{member}` says nothing while every address will do."
            yield Flaw((member,), "unused_member", message, "Add `address: off_server`.")


def _queue(part: QueueOrder, _: Names) -> Iterator[Flaw]:
    known = {"priority", "received_at", "due_at", "department"} | TICKET_EVENTS
    for index, key in enumerate(part.order):
        if key not in known:
            remedy = closest(key, known, "Name an event of the ticket.")
            yield Flaw(("order", index), "unknown_event", f"Tickets cannot be ordered by `{key}`.", remedy)


def _assumption(part: Assumption, _: Names) -> Iterator[Flaw]:
    if part.value in part.alternatives:
        message = f"`{part.value}` is the reading in force and an alternative to it."
        yield Flaw(("alternatives", part.value), "same_reading", message, "Give the alternative another name.")


CHECKS: dict[type[BaseModel], Callable[[Any, Names], Iterator[Flaw]]] = {
    Document: _document,
    Calendar: _calendar,
    Target: _target,
    Table: _table,
    Metric: _metric,
    Rule: _rule,
    Fact: _fact,
    CoverageEntry: _coverage,
    ContactRole: _role,
    QueueOrder: _queue,
    effects.Schedule: _schedule,
    Assumption: _assumption,
    effects.SetFact: _set_fact,
    effects.Require: _require,
}
