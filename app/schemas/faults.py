"""Why input was refused, in our words: where, which and what is expected; never what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic_core import core_schema

from app.base.errors import Fault
from app.base.pointers import pointer
from app.schemas.patterns import IN_WORDS

_BUILT_IN = frozenset(get_args(core_schema.ErrorType))
_LONGEST_NAME = 64
_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("required", "This is required."),
    "extra_forbidden": ("unknown", "Nothing of this name belongs here."),
    "string_type": ("type", "This must be a string."),
    "string_too_short": ("too_short", "This must have at least {min_length} characters."),
    "string_too_long": ("too_long", "This may have at most {max_length} characters."),
    "string_pattern_mismatch": ("pattern", "This must match {pattern}."),
    "too_short": ("too_short", "This must have at least {min_length} entries."),
    "too_long": ("too_long", "This may have at most {max_length} entries."),
    "int_type": ("type", "This must be a whole number."),
    "int_parsing": ("type", "This must be a whole number."),
    "int_parsing_size": ("out_of_range", "This number is too large."),
    "int_from_float": ("type", "This must be a whole number."),
    "float_type": ("type", "This must be a number."),
    "float_parsing": ("type", "This must be a number."),
    "finite_number": ("out_of_range", "This must be a finite number."),
    "decimal_type": ("type", "This must be a decimal number, written as a string."),
    "decimal_parsing": ("type", "This must be a decimal number, written as a string."),
    "decimal_max_digits": ("out_of_range", "This may have at most {max_digits} digits."),
    "decimal_max_places": ("too_precise", "This may have at most {decimal_places} digits after the point."),
    "decimal_whole_digits": ("out_of_range", "This may have at most {whole_digits} digits before the point."),
    "greater_than": ("out_of_range", "This must be greater than {gt}."),
    "greater_than_equal": ("out_of_range", "This must be at least {ge}."),
    "less_than": ("out_of_range", "This must be less than {lt}."),
    "less_than_equal": ("out_of_range", "This must be at most {le}."),
    "bool_type": ("type", "This must be true or false."),
    "bool_parsing": ("type", "This must be true or false."),
    "enum": ("not_offered", "This must be one of {expected}."),
    "literal_error": ("not_offered", "This must be one of {expected}."),
    "model_type": ("type", "This must be an object."),
    "model_attributes_type": ("type", "This must be an object."),
    "dict_type": ("type", "This must be an object."),
    "list_type": ("type", "This must be a list."),
    "uuid_type": ("type", "This must be a UUID."),
    "uuid_parsing": ("type", "This must be a UUID."),
    "none_required": ("type", "This must be null."),
    "timezone_aware": ("naive_time", "This instant needs its offset from UTC, such as Z or +02:00."),
    "datetime_type": ("type", "This must be an instant, such as 2026-02-10T10:15:00Z."),
    "datetime_parsing": ("type", "This must be an instant, such as 2026-02-10T10:15:00Z."),
    "datetime_from_date_parsing": ("type", "This must be an instant, such as 2026-02-10T10:15:00Z."),
    "date_type": ("type", "This must be a date, such as 2026-02-10."),
    "date_parsing": ("type", "This must be a date, such as 2026-02-10."),
    "date_from_datetime_parsing": ("type", "This must be a date, such as 2026-02-10."),
}
_OTHERWISE = ("invalid", "This value cannot be used.")


def faults_of(errors: Sequence[Mapping[str, Any]], body: Any) -> list[Fault]:
    """Of pydantic's errors, whose `loc` begins with `body`, `query`, `path` or `header`."""
    return [_fault(one, body) for one in errors]


def _fault(error: Mapping[str, Any], body: Any) -> Fault:
    code, message = _words(error["type"], error.get("msg", ""), error.get("ctx") or {})
    return Fault(_pointer(error["loc"], body), code, message)


def _words(kind: str, message: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    """Our own words. The library's may quote the value, so only the errors that we define speak for themselves."""
    if kind not in _BUILT_IN:
        return kind, message
    if limits.get("pattern") in IN_WORDS:
        return "pattern", IN_WORDS[limits["pattern"]]
    code, template = _TEXTS.get(kind, _OTHERWISE)
    return code, template.format_map(limits)


def _pointer(loc: Sequence[str | int], body: Any) -> str:
    """`/facts/topic` for the body; `/query/limit`, `/path/ticket`, `/header/if-match` for the rest."""
    if not loc or loc[0] != "body":
        return pointer(*loc)
    return pointer(*_steps(loc[1:], body))


def _steps(loc: Sequence[str | int], node: Any) -> list[str | int]:
    """The steps of `loc` that exist in the body: the library also names branches of a union on the way."""
    steps: list[str | int] = []
    for position, step in enumerate(loc):
        last = position == len(loc) - 1
        if isinstance(node, dict) and isinstance(step, str):
            if step not in node and not last:
                continue
            if not _sayable(step) or (step not in node and step.startswith("[")):
                break
            steps.append(step)
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int):
            steps.append(step)
            node = node[step] if step < len(node) else None
    return steps


def _sayable(name: str) -> bool:
    """A member's name is the caller's own text; a long or unprintable one is not repeated."""
    return len(name) <= _LONGEST_NAME and name.isprintable()
