"""What the shape checks of pydantic found, said in plain words at the right place of the document."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from app.policy.language.document import Document
from app.policy.language.faults import Steps
from app.policy.language.reading import Flaw

_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a short name of small letters, digits and `_`, such as `first_response`",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "the name of a topic, such as `email.error`",
    r"^(\*|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*)$": "the name of a topic or the beginning of one, such as `email`, or `*`",
    r"^[A-Z][A-Z0-9]{1,7}-\d+$": "the id of a clause, such as `ABC-12`",
    r"^A_[A-Z0-9]+_\d+$": "the id of an assumption, such as `A_ABC_01`",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language tag, such as `en` or `pt-BR`",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": "a time of day between 00:00 and 24:00, such as `08:30`",
    r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$": "days, such as `mon` or `mon-fri`",
    r"^[A-Z]{3}$": "the three letters of a currency, such as `EUR`",
    r"^[A-Z][A-Z0-9]{1,7}$": "two to eight capital letters or digits, such as `ABC`",
    r"^(\*|[a-z][a-z0-9_]*)$": "the short name of an action, or `*` for all others",
    r"^\d+(\.\d+)?$": 'a number in quotes, such as `"0.70"`',
    r"^(0(\.\d{1,4})?|1)$": 'a share between 0 and 1 in quotes, such as `"0.5"`',
}
_KINDS = {
    "string_type": "a text",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "decimal_type": 'an amount in quotes, such as `"85.00"`',
    "decimal_parsing": 'an amount in quotes, such as `"85.00"`',
    "decimal_max_places": "an amount with at most four digits after the point",
    "decimal_whole_digits": "an amount of at most ten digits before the point",
    "decimal_max_digits": "an amount of at most fourteen digits",
    "time_delta_type": "a duration in ISO 8601, such as `PT15M` or `P2D`",
    "time_delta_parsing": "a duration in ISO 8601, such as `PT15M` or `P2D`",
    "dict_type": "members with names",
    "mapping_type": "members with names",
    "model_type": "members with names",
    "model_attributes_type": "members with names",
    "tuple_type": "a list in `[ ]`",
    "list_type": "a list in `[ ]`",
    "date_type": "a date, such as `2026-12-25`",
    "date_parsing": "a date, such as `2026-12-25`",
    "date_from_datetime_parsing": "a date, such as `2026-12-25`",
    "datetime_type": "an instant, such as `2026-12-25T09:00:00Z`",
    "datetime_parsing": "an instant, such as `2026-12-25T09:00:00Z`",
    "datetime_from_date_parsing": "an instant, such as `2026-12-25T09:00:00Z`",
    "too_long": "a shorter list",
    "too_short": "a list with at least one entry",
    "string_too_long": "a shorter text",
}


def shape_flaws(errors: Iterable[ErrorDetails], raw: Any) -> list[Flaw]:
    """One flaw for each place of the document where its shape is wrong."""
    places: dict[Steps, list[ErrorDetails]] = {}
    for error in errors:
        places.setdefault(_place(error["loc"], raw), []).append(error)
    return [Flaw(s, *_said(s, found)) for s, found in places.items() if not _left_for_another(s, places)]


def _left_for_another(steps: Steps, places: Mapping[Steps, list[ErrorDetails]]) -> bool:
    """Of the readings a place allows, the one that came furthest is the one that was meant."""
    mistaken = all(error["type"] in _KINDS or error["type"] == "literal_error" for error in places[steps])
    return mistaken and any(len(other) > len(steps) and other[: len(steps)] == steps for other in places)


def _place(loc: tuple[int | str, ...], raw: Any) -> Steps:
    """pydantic's path without the names of the readings it tried."""
    steps: list[str | int] = []
    here, tagged = raw, False
    for index, part in enumerate(loc):
        if tagged:
            tagged = False
            continue
        last = index == len(loc) - 1
        if part == "[key]":
            break
        if isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            tagged = isinstance(here, dict) and "do" in here
            steps.append(part)
        elif isinstance(here, dict) and str(part) in here:
            here = here[str(part)]
            steps.append(str(part))
        elif isinstance(here, dict) and last and isinstance(part, str) and "[" not in part and part.islower():
            steps.append(part)
    return tuple(steps)


def _said(steps: Steps, errors: list[ErrorDetails]) -> tuple[str, str, str]:  # noqa: PLR0911 - one answer per kind
    error = errors[0]
    name = _called(steps)
    kind = error["type"]
    context = error.get("ctx", {})
    if "[key]" in error["loc"]:
        wanted = _PATTERNS.get(context.get("pattern", ""), _KINDS.get(kind, "another name"))
        return "bad_name", f"`{name}` cannot be a name here.", f"Use {wanted}."
    match kind:
        case "extra_forbidden":
            return _unknown_member(steps)
        case "missing":
            return "missing_member", f"`{name}` is missing.", f"Add `{name}:` here."
        case "union_tag_invalid":
            wanted = _closest(str(context["tag"]), _listed(str(context["expected_tags"])))
            return "unknown_effect", f"`{context['tag']}` is nothing that a rule can do.", wanted
        case "union_tag_not_found":
            return "missing_member", "An effect must say what it does.", "Add `do:`, such as `do: outcome`."
        case "value_error":
            return "bad_value", f"`{name}`: {error['msg'].removeprefix('Value error, ')}.", "Write it so."
        case "enum" | "literal_error":
            known = [word for e in errors for word in _listed(str(e.get("ctx", {}).get("expected", "")))]
            kinds = [_KINDS[e["type"]] for e in errors if e["type"] in _KINDS]
            remedy = (
                _closest(str(error["input"]), known)
                if not kinds
                else f"Write {' or '.join([*_quoted(known), *kinds])}."
            )
            return "unknown_value", f"`{name}` cannot be {_shown(error['input'])}.", remedy
        case "string_pattern_mismatch":
            wanted = _PATTERNS.get(context.get("pattern", ""), "another form")
            return "bad_value", f"`{name}` cannot be {_shown(error['input'])}.", f"Write {wanted}."
        case "greater_than_equal" | "less_than_equal":
            bound = context.get("ge", context.get("le"))
            than = "at least" if kind == "greater_than_equal" else "at most"
            return "out_of_range", f"`{name}` cannot be {_shown(error['input'])}.", f"Write {than} {bound}."
        case _:
            wanted = " or ".join(dict.fromkeys(_KINDS.get(e["type"], "something else") for e in errors))
            return "wrong_type", f"`{name}` cannot be {_shown(error['input'])}.", f"Write {wanted}."


def _called(steps: Steps) -> str:
    """What a place is called in a sentence; an entry of a list by the list's name."""
    named = [step for step in steps if isinstance(step, str)]
    return named[-1] if named else "the document"


def _unknown_member(steps: Steps) -> tuple[str, str, str]:
    known = _members(Document, steps[:-1])
    return "unknown_member", f"`{steps[-1]}` is not a member here.", _closest(str(steps[-1]), known)


def _closest(word: str, known: Iterable[str]) -> str:
    listed = list(dict.fromkeys(known))
    near = get_close_matches(word, listed, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Use one of {', '.join(_quoted(listed))}." if listed else "Leave it out."


def _quoted(words: Iterable[str]) -> list[str]:
    return [f"`{word}`" for word in words]


def _listed(expected: str) -> list[str]:
    """The words of pydantic's list of expected values."""
    return [part.split("'")[1] for part in expected.replace(" or ", ", ").split(", ") if part.count("'") >= 2]


def _shown(value: Any) -> str:
    match value:
        case None:
            return "left empty"
        case bool():
            return f"`{str(value).lower()}`"
        case list():
            return "a list"
        case dict():
            return "members with names"
        case _:
            text = str(value)
            return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def _members(kind: Any, steps: Steps) -> list[str]:
    """The names a place knows, found by walking the declared types."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0], steps)
    if get_origin(kind) in (Union, UnionType):
        return list(dict.fromkeys(name for part in get_args(kind) for name in _members(part, steps)))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        names = {field.alias or name: field for name, field in kind.model_fields.items()}
        if not steps:
            return list(names)
        field = names.get(str(steps[0]))
        return _members(field.annotation, steps[1:]) if field else []
    arguments = get_args(kind)
    return _members(arguments[-1 if arguments[-1] is not Ellipsis else 0], steps[1:]) if arguments and steps else []
