"""Conditions of a list: those alone whose value was given, since Postgres plans for every one that is written."""

from collections.abc import Sequence


def wanted(conditions: Sequence[str], values: Sequence[object]) -> tuple[str, list[object]]:
    """`conditions`, each with {0} for its value's place, from $6 on; a value of None is not asked for."""
    given = [(condition, value) for condition, value in zip(conditions, values, strict=True) if value is not None]
    where = "".join(f" AND {condition.format(f'${place}')}" for place, (condition, _) in enumerate(given, start=6))
    return where, [value for _, value in given]
