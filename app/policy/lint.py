"""What a sound document may still have wrong with it: findings for its author, from errors down to notes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from app.base.pointers import pointer
from app.base.vocabulary import Coverage
from app.policy.checks.references import parts
from app.policy.checks.shadows import contradictions, unreachable
from app.policy.compiled.timetable import Dates, Week, hours_of
from app.policy.language.clauses import Assumption
from app.policy.language.document import About, Document
from app.policy.language.faults import PolicyFaults, Steps
from app.policy.language.hours import WEEKDAYS
from app.policy.language.model import Sourced, words
from app.policy.language.prices import Fee
from app.policy.language.promises import Table
from app.policy.language.reading import Names
from app.policy.language.rules import CoverageEntry
from app.policy.language.settings import Settings
from app.policy.language.tables import missing
from app.policy.loading import check
from app.policy.money.allowances import in_turn
from app.policy.settling import changes_nothing, settle
from app.policy.time.openings import Interval as Seconds
from app.policy.time.zones import DAY

Level = Literal["error", "warning", "note"]
HORIZON = timedelta(days=365)
"""Holidays have to be known this far ahead."""

_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the author ought to look at; a document with an error is not published."""

    level: Level
    code: str
    pointer: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.level}: {self.pointer or '/'}: {self.message} {self.remedy}".rstrip()


def lint(document: Document, today: date) -> list[Finding]:
    """Everything worth mending in a document that loads, the gravest first."""
    found = [
        *_rules(document),
        *_tables(document),
        *_priorities(document),
        *_calendars(document, today),
        *_clauses(document),
        *_assumptions(document),
        *_channels(document),
        *_fees(document),
        *_coverage(document),
        *_allowances(document),
        *_unused(document),
        *_departments(document),
        *_languages(document),
    ]
    return sorted(found, key=lambda finding: _ORDER[finding.level])


def lint_readings(raw: Mapping[str, Any]) -> list[Finding]:
    """Alternatives that change nothing, or under which the document would no longer load; one load for each."""
    found = []
    for id_, assumption in (raw.get("assumptions") or {}).items():
        for name in assumption.get("alternatives") or {}:
            if assumption.get("overridable") is False:
                continue
            here = ("assumptions", id_, "alternatives", name)
            if changes_nothing(raw, assumption["alternatives"][name]):
                remedy = "Write out what it `changes`; until then nobody can choose it."
                found.append(_finding("note", "empty_reading", here, "Choosing this changes nothing.", remedy))
                continue
            try:
                check(settle(raw, Settings(assumptions={id_: name}))[0])
            except PolicyFaults as faults:
                first = faults.faults[0]
                message = f"Under this reading the document is faulty: {first.pointer}: {first.message}"
                found.append(_finding("error", "faulty_reading", here, message, first.remedy))
    return found


def _finding(level: Level, code: str, steps: Steps, message: str, remedy: str) -> Finding:
    return Finding(level, code, pointer(*steps), message, remedy)


def _rules(document: Document) -> Iterator[Finding]:
    for steps, code, message in contradictions(document):
        if code == "contradictory_rules":
            remedy = "Keep one of them, or tell their conditions apart."
            yield _finding("error", code, steps, message, remedy)
        else:
            yield _finding("warning", code, steps, message, "Move it forward, or leave it out.")
    for steps, code, message in unreachable(document):
        yield _finding("warning", code, steps, message, "Move it forward, narrow the earlier one, or leave it out.")


def _tables(document: Document) -> Iterator[Finding]:
    names = Names(document)
    for steps, part in parts(document):
        if isinstance(part, Table):
            for row, column in missing(part, names)[:5]:
                message = f"The table has no cell for {part.by[0]} `{row}` and {part.by[1]} `{column}`."
                remedy = "Fill it; write null where nothing is meant to follow."
                yield _finding("warning", "missing_cell", (*steps, "cells", row), message, remedy)


def _priorities(document: Document) -> Iterator[Finding]:
    ranks: dict[int, str] = {}
    for slug, priority in document.priorities.items():
        if priority.rank in ranks:
            message = f"Priorities `{ranks[priority.rank]}` and `{slug}` have the same rank."
            yield _finding(
                "error", "overlapping_priorities", ("priorities", slug), message, "Give each a rank of its own."
            )
        ranks.setdefault(priority.rank, slug)


def _calendars(document: Document, today: date) -> Iterator[Finding]:
    for slug, calendar in document.calendars.items():
        for index, name in enumerate(calendar.holidays):
            dates = document.holidays.get(name, ())
            end = date(max(dates).year, 12, 31) if dates else None
            if end is not None and end - today >= HORIZON:
                continue
            until = f"end with {end.year}" if end else "have no date"
            yield _finding(
                "warning",
                "short_horizon",
                ("calendars", slug, "holidays", index),
                f"The holidays `{name}` {until}, less than twelve months ahead.",
                "Add the dates of the coming years.",
            )


def _clauses(document: Document) -> Iterator[Finding]:
    used = _used(document)
    for id_, clause in document.clauses.items():
        if id_ not in used and clause.informative is None:
            remedy = "Name it in the rule it stands for, or say under `informative` why there is none."
            yield _finding("warning", "unused_clause", ("clauses", id_), f"No rule uses clause {id_}.", remedy)
        if id_ in used and clause.informative is not None:
            message = f"Clause {id_} is declared informative, yet a rule uses it."
            yield _finding("warning", "used_informative", ("clauses", id_), message, "Leave `informative` out.")


def _used(document: Document) -> set[str]:
    used: set[str] = set()
    for _, part in parts(document):
        match part:
            case Fee():
                used |= {*part.clauses, *part.waive_clauses}
            case About():
                used |= {*part.clauses, *part.availability}
            case Sourced():
                used |= {*part.clauses}
    return used


def _assumptions(document: Document) -> Iterator[Finding]:
    rested_on = {id_ for _, part in parts(document) if isinstance(part, Sourced) for id_ in part.assumption}
    for id_, assumption in document.assumptions.items():
        here: Steps = ("assumptions", id_)
        if id_ not in rested_on:
            message = f"Nothing rests on assumption {id_}."
            yield _finding("warning", "unused_assumption", here, message, "Name it where it decides, or leave it out.")
        yield from _choices(here, id_, assumption)


def _choices(here: Steps, id_: str, assumption: Assumption) -> Iterator[Finding]:
    if not assumption.overridable:
        return
    if assumption.decided_by == "author" and assumption.decided_at is None:
        message = f"Assumption {id_} is undecided: its author chose `{assumption.value}`, the operator has not spoken."
        yield _finding("note", "undecided_assumption", here, message, "Have the operator settle it, and date it.")
    if not assumption.alternatives and assumption.accepts is None:
        message = f"Assumption {id_} leaves the operator nothing to choose."
        yield _finding("note", "no_choice", here, message, "Add alternatives, or say `overridable: false`.")


def _channels(document: Document) -> Iterator[Finding]:
    for slug, channel in document.channels.items():
        if channel.official and channel.contact_point is None:
            message = f"Nobody can know how to reach channel `{slug}`."
            remedy = "Add its `contact_point`: address, number or link."
            yield _finding("warning", "contact_point_missing", ("channels", slug), message, remedy)


def _fees(document: Document) -> Iterator[Finding]:
    codes = {code for fee in document.fees.values() for code in fee.amounts}
    for slug, fee in document.fees.items():
        lacking = sorted(codes - {*fee.amounts, fee.currency or document.currency})
        if lacking and fee.amount is not None:
            message = f"This fee has no price in {', '.join(lacking)}, which others have."
            yield _finding("warning", "price_missing", ("fees", slug, "amounts"), message, "Add it to `amounts`.")
        if fee.bands:
            overlap, gap = _partition([hours_of(document, document.calendars[band.calendar]) for band in fee.bands])
            here = ("fees", slug, "bands")
            if overlap:
                message = f"On {overlap} two of the bands hold at once."
                yield _finding("error", "overlapping_bands", here, message, "Let every moment belong to one band.")
            if gap:
                message = f"On {gap} there is a time that no band covers."
                yield _finding("warning", "bands_leave_gap", here, message, "Add a band for the rest of the week.")


def _partition(bands: list[tuple[Week, Dates]]) -> tuple[str | None, str | None]:
    """The first day on which two bands hold at once, and the first with a time when none does."""
    overlap = gap = None
    days: list[tuple[str, list[Seconds]]] = [
        (day, sorted(span for week, _ in bands for span in week[number])) for number, day in enumerate(WEEKDAYS)
    ]
    for date_ in sorted({day for _, dated in bands for day in dated}):
        spans = [span for week, dated in bands for span in dated.get(date_, week[date_.weekday()])]
        days.append((date_.isoformat(), sorted(spans)))
    for day, spans in days:
        reached = 0
        for start, end in spans:
            if start < reached:
                overlap = overlap or day
            if start > reached:
                gap = gap or day
            reached = max(reached, end)
        if reached < DAY:
            gap = gap or day
    return overlap, gap


def _coverage(document: Document) -> Iterator[Finding]:
    for index, entry in enumerate(document.coverage):
        if entry.status is Coverage.BILLABLE and entry.fee is None and entry.allowance is None:
            message = "This help is billable, and nothing says at what price."
            yield _finding(
                "warning", "billable_without_fee", ("coverage", index), message, "Name a `fee` or `allowance`."
            )


def _allowances(document: Document) -> Iterator[Finding]:
    drawing: dict[str, CoverageEntry] = {}
    for entry in document.coverage:
        turn = in_turn(document.allowances, entry.allowance)[0] if entry.allowance is not None else ()
        drawing.update({slug: entry for slug in turn if slug not in drawing or entry.fee is None})
    for slug, allowance in document.allowances.items():
        if slug not in drawing:
            message = f"No coverage entry draws on allowance `{slug}`."
            yield _finding("warning", "unused_allowance", ("allowances", slug), message, "Name it in a coverage entry.")
        elif allowance.then is None and drawing[slug].fee is None:
            message = "Nothing says what work costs that this allowance does not cover."
            yield _finding("warning", "allowance_without_fee", ("allowances", slug), message, "Name a fee in `then`.")


def _unused(document: Document) -> Iterator[Finding]:
    """Hours and prices that nothing else in the document speaks of: what they say never comes about."""
    spoken = set(_strings(document.model_dump(mode="json", exclude={"clauses", "topics", "facts"}, exclude_unset=True)))
    for slug in document.calendars:
        if slug not in spoken:
            message = f"Nothing goes by calendar `{slug}`."
            remedy = "Name it in a channel, target, condition or wherever its hours count, or leave it out."
            yield _finding("note", "unused_calendar", ("calendars", slug), message, remedy)
    for slug in document.fees:
        if slug not in spoken:
            message = f"No decision charges fee `{slug}`."
            yield _finding("warning", "unused_fee", ("fees", slug), message, "Name it in a coverage entry or a rule.")


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for entry in value.values():
                yield from _strings(entry)
        case list():
            for entry in value:
                yield from _strings(entry)


def _departments(document: Document) -> Iterator[Finding]:
    if document.departments and all(department.when for department in document.departments.values()):
        message = "Every department has a condition; a request that meets none goes nowhere."
        yield _finding(
            "warning", "no_default_department", ("departments",), message, "Give one department no condition."
        )


def _languages(document: Document) -> Iterator[Finding]:
    plain = document.locale.split("-")[0]
    if document.languages and not any(tag.split("-")[0] == plain for tag in document.languages):
        message = f"The policy is written in `{document.locale}`, which is not among its languages."
        yield _finding("warning", "locale_not_served", ("languages",), message, f"Add `{plain}`, or change `locale`.")
    for id_, clause in document.clauses.items():
        if not words(clause.text, document.locale, document.locale).strip():
            yield _finding("warning", "empty_text", ("clauses", id_), f"Clause {id_} says nothing.", "Add its text.")


def is_publishable(findings: list[Finding]) -> bool:
    """Whether nothing found is an error."""
    return all(finding.level != "error" for finding in findings)
