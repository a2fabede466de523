"""What every value of the engine shares: frozen, closed, and able to say which clause it rests on."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
TopicSlug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
TopicPattern = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*)$", max_length=80)]
ClauseId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}-\d+$")]
AssumptionId = Annotated[str, Field(pattern=r"^A_[A-Z0-9]+_\d+$")]
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


CLOSED = ConfigDict(extra="forbid")
"""Of dataclasses that pydantic reads: a field nobody declared is a fault, never ignored."""


class Model(BaseModel):
    """Frozen and closed: a field nobody declared is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    _blank: ClassVar[Mapping[str, Any]] = {}
    """Every field in its order, with its default."""
    _fresh: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    """What makes a new default each time."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        fields = cls.model_fields
        cls._blank = {name: None if field.is_required() else field.default for name, field in fields.items()}
        cls._fresh = {name: field.default_factory for name, field in fields.items() if field.default_factory}

    # What comes in from outside is validated. What the engine itself has worked out has nothing to be checked, and
    # these two make it in half the time that validation, or pydantic's own, would take.
    @classmethod
    def model_construct(  # type: ignore[override] # mypy reads each class as having its own, with its fields
        cls, _fields_set: set[str] | None = None, **values: Any
    ) -> Self:
        if cls.model_config.get("extra") == "allow":
            return super().model_construct(_fields_set, **values)
        made, given = _new(cls), {*values} if _fields_set is None else _fields_set
        for name in cls._fresh:
            if name not in values:
                values[name] = cls._fresh[name]()
        _put(made, "__dict__", {**cls._blank, **values})
        _put(made, "__pydantic_fields_set__", given)
        _put(made, "__pydantic_extra__", None)
        _put(made, "__pydantic_private__", None)
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        if deep or self.__pydantic_extra__ is not None:
            return super().model_copy(update=update, deep=deep)
        twin, changed, known = _new(self.__class__), update or {}, self.__pydantic_fields_set__
        _put(twin, "__dict__", {**self.__dict__, **changed})
        # Shared where nothing is added to it: nobody changes one.
        _put(twin, "__pydantic_fields_set__", known if known.issuperset(changed) else {*known, *changed})
        _put(twin, "__pydantic_extra__", None)
        _put(twin, "__pydantic_private__", None)
        return twin


_new, _put = object.__new__, object.__setattr__


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
