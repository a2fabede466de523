"""Matrices: a rule or target written as a table is one of it for each cell."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from app.policy.language.document import Document
from app.policy.language.effects import Effect, SetDepartment, SetFact, SetLevel, SetPriority
from app.policy.language.promises import Table, Target
from app.policy.language.reading import Flaw, Names, check_value
from app.policy.language.rules import Rule

ANY_OTHER = "*"
"""As a row or column: every value that has none of its own."""

Cell = tuple[str, str, JsonValue]


def cells(table: Table) -> Iterator[Cell]:
    """Row, column and content, those for particular values before those for any other."""
    for row in sorted(table.cells, key=ANY_OTHER.__eq__):
        columns = table.cells[row]
        for column in sorted(columns, key=ANY_OTHER.__eq__):
            yield row, column, columns[column]


def rules(document: Document) -> Iterator[Rule]:
    """Every rule, in order; a table's as many as it has cells that say something."""
    for rule in document.rules:
        if rule.table is None:
            yield rule
            continue
        for row, column, content in cells(rule.table):
            if content is not None:
                effect = effect_of(rule.table, content)
                when = _when(document, rule.when, rule.table, row, column)
                yield rule.model_copy(update={"when": when, "then": (effect, *rule.then), "table": None})


def targets(document: Document) -> Iterator[Target]:
    for target in document.targets:
        if target.table is None:
            yield target
            continue
        for row, column, content in cells(target.table):
            if content is not None:
                when = _when(document, target.when, target.table, row, column)
                yield target_of(target, content).model_copy(update={"when": when})


def effect_of(table: Table, content: JsonValue) -> Effect:
    match table.sets:
        case "priority":
            return SetPriority(do="priority", priority=str(content))
        case "department":
            return SetDepartment(do="department", department=str(content))
        case "level":
            return SetLevel(do="level", level=content)
        case fact:
            return SetFact(do="fact", fact=fact, value=content)


def target_of(target: Target, content: JsonValue) -> Target:
    """A length of time, a number of business days, or members of a target in place of its own."""
    stated = target.model_dump(exclude_unset=True, exclude={"table"})
    match content:
        case dict():
            own: Mapping[str, Any] = content
        case int() if not isinstance(content, bool):
            own = {"n": content}
        case _:
            own = {"max": content}
    return Target.model_validate({**stated, **own})


def _when(document: Document, when: dict[str, Any], table: Table, row: str, column: str) -> dict[str, Any]:
    asked: list[dict[str, Any]] = [
        {fact: _value(document, fact, value)}
        if value != ANY_OTHER
        else {fact: {"not": [_value(document, fact, v) for v in others]}}
        for fact, value, others in (
            (table.by[0], row, _particular(table.cells)),
            (table.by[1], column, _particular(table.cells[row])),
        )
        if value != ANY_OTHER or others
    ]
    joined: dict[str, Any] = dict(when)
    for condition in asked:
        ((fact, wanted),) = condition.items()
        if fact in joined:
            joined = {"all": [joined, condition]}
        else:
            joined[fact] = wanted
    return joined


def _particular(entries: Iterable[str]) -> list[str]:
    return [entry for entry in entries if entry != ANY_OTHER]


def _value(document: Document, fact: str, written: str) -> Any:
    """Keys are texts; a fact that is none of text reads them as what they say."""
    declared = document.facts.get(fact)
    kind = declared.type if declared is not None else "int" if fact in ("level", "expected_level") else "text"
    if kind == "bool":
        return {"true": True, "false": False}.get(written, written)
    return int(written) if kind == "int" and written.lstrip("-").isdigit() else written


# ── what can be wrong with a table ───────────────────────────────────────────
def key_flaws(table: Table, names: Names) -> Iterator[Flaw]:
    """Facts that nobody knows, and rows or columns for values that they never have."""
    for index, fact in enumerate(table.by):
        kind = names.type_of(fact)
        if kind is None:
            yield names.unknown_fact(fact, ("by", index))
            continue
        for row, columns in table.cells.items():
            for key, steps in [((row), ("cells", row))] if index == 0 else [(c, ("cells", row, c)) for c in columns]:
                if key != ANY_OTHER:
                    value = _value(names.document, fact, key)
                    yield from check_value(steps, fact, kind, value, names)


def missing(table: Table, names: Names) -> list[tuple[str, str]]:
    """Cells that nobody has filled: of every value that the facts can have, and of those in use elsewhere."""
    rows, columns = (_expected(table, names, index) for index in (0, 1))
    gaps = []
    for row in rows:
        filled = table.cells.get(row, table.cells.get(ANY_OTHER, {}))
        gaps += [(row, column) for column in columns if column not in filled and ANY_OTHER not in filled]
    return gaps


def _expected(table: Table, names: Names, index: int) -> list[str]:
    used = [*table.cells] if index == 0 else [c for columns in table.cells.values() for c in columns]
    declared = names.document.facts.get(table.by[index])
    if declared is not None and declared.type == "bool":
        possible: Iterable[str] = ("true", "false")
    else:
        possible = declared.values if declared is not None else sorted(names.values_of(table.by[index]) or ())
    return [value for value in dict.fromkeys((*possible, *used)) if value != ANY_OTHER]
