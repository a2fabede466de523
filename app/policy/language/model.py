"""What every value of the engine shares: frozen, closed, and able to say which clause it rests on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
TopicSlug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
TopicPattern = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*)$", max_length=80)]
ClauseId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}-\d+$")]
AssumptionId = Annotated[str, Field(pattern=r"^A_[A-Z0-9]+_\d+$")]
CalendarSlug = Slug
Tag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 language tag")]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


OneOrMore = BeforeValidator(_as_tuple, json_schema_input_type=str | tuple[str, ...])
AssumptionIds = Annotated[
    tuple[AssumptionId, ...],
    BeforeValidator(_as_tuple, json_schema_input_type=AssumptionId | tuple[AssumptionId, ...]),
]


def _plain_duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"PT{seconds // 60}M" if seconds % 60 == 0 else f"PT{seconds}S"


def _from_iso(value: Any) -> Any:
    if isinstance(value, str) and not value.startswith("P"):
        raise ValueError("a duration is written in ISO 8601, such as PT15M or P2D")
    return value


Duration = Annotated[
    timedelta,
    Field(ge=timedelta(0), le=timedelta(days=3660)),
    BeforeValidator(_from_iso),
    PlainSerializer(_plain_duration, return_type=str),
]


class Model(BaseModel):
    """Frozen and closed: a field nobody declared is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Sourced(Model):
    """A statement of the policy with the clauses it comes from and the readings it rests on."""

    clauses: tuple[ClauseId, ...] = ()
    """Clauses of the published text that say so; cited by every decision that uses this."""
    assumption: AssumptionIds = ()
    """Readings this rests on, where the text is silent or contradicts itself; reported by every decision."""


Words = str | Mapping[Tag, str]
"""A text for people: one string in the policy's own language, or one per language tag."""


def words(text: Words, language: str, fallback: str) -> str:
    """The text in `language`, else in the fallback, else in any language it has."""
    if isinstance(text, str):
        return text
    for tag in (language, language.split("-", 1)[0], fallback, fallback.split("-", 1)[0]):
        if tag in text:
            return text[tag]
    return next(iter(text.values()), "")
