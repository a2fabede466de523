"""Facts as somebody states them: whether the policy knows them, whether they fit, and what times they stand for."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.policy.language.model import Duration
from app.policy.language.reading import Flaw, Names, check_value, closest
from app.policy.language.standard import CLAIMED, STATED

_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


def misstated(names: Names, facts: Mapping[str, Any]) -> list[Flaw]:
    """Every fact that the policy does not declare, or whose value it cannot have."""
    found: list[Flaw] = []
    for name, value in facts.items():
        plain = name.removeprefix(CLAIMED)
        kind = names.facts[plain].type if plain in names.facts else STATED.get(plain)
        if kind is None:
            remedy = closest(plain, names.facts, "Leave it out.")
            found.append(Flaw((name,), "unknown_fact", f"No fact is called `{plain}`.", remedy))
        elif plain == name:
            for one in value if isinstance(value, list) and kind == "list" else (value,):
                found += check_value((name,), name, kind, one, names)
    return found


def instant(value: Any) -> datetime | None:
    """An instant as it is stated; None where it is none, or without its offset."""
    try:
        read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def duration(value: Any) -> timedelta | None:
    try:
        return _DURATION.validate_python(value)
    except ValidationError:
        return None


TIMED: Mapping[str, Callable[[Any], Any]] = {"instant": instant, "duration": duration}
"""Types of facts that are stated as text and compared as times."""
