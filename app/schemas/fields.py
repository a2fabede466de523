"""Field types shared by the wire and the rows: bounded, storable, and told in full by their JSON schema."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.base.domains import with_ascii_domain
from app.base.unseen import is_unseen
from app.schemas import patterns

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_DEEPEST = 20
_MOST_NODES = 2000
_LARGEST_EXACT = 2**53


class Model(BaseModel):
    """What comes in or goes out: frozen, and nothing in it that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def empty(kind: type[dict[str, Any]] | type[list[Any]], **told: Any) -> Any:
    """A member that is empty where it is left out: made anew, for a default would be copied deeply each time."""
    return Field(default_factory=kind, json_schema_extra={"default": kind()}, **told)


def refused(code: str, message: str) -> PydanticCustomError:
    """A fault that a validator raises; `message` reaches the caller, so it never quotes the value."""
    return PydanticCustomError(code, message)


def _no_surrogates(text: str) -> str:
    # JSON bodies cannot hold one, but percent-decoded and decoded mail texts could.
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refused("pattern", "This must be whole Unicode characters.") from None
    return text


def _said(text: str) -> str:
    if is_unseen(_no_surrogates(text)):
        raise refused("blank", "This must say something: nothing of it can be seen.")
    return text


def _with_plain_breaks(text: str) -> str:
    # The forms of web pages send CR LF.
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _instant_text(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        if isinstance(value, str) and _INSTANT.fullmatch(value[:-6] + value[-6:].replace(" ", "+")):
            raise refused("type", "This must be an instant; in an address its + is written %2B.")
        raise refused("type", "This must be an instant, such as 2026-02-10T10:15:00Z.")
    return value


def _in_range(instant: datetime) -> datetime:
    # Compared before converting: an instant near the year 1 has no UTC.
    if not _EARLIEST <= instant < _LATEST:
        raise refused("out_of_range", "This instant must lie between 1970 and 2200.")
    return instant.astimezone(UTC)


def _bounded_json(value: dict[str, Any]) -> dict[str, Any]:
    nodes, left = 0, [(1, cast(Any, value))]
    while left:
        depth, node = left.pop()
        nodes += 1
        if depth > _DEEPEST or nodes > _MOST_NODES:
            raise refused("too_large", f"This may nest {_DEEPEST} levels and hold {_MOST_NODES} values.")
        if isinstance(node, str):
            _storable(node)
        elif isinstance(node, int | float) and abs(node) > _LARGEST_EXACT:
            raise refused("out_of_range", "Numbers here must lie within 2^53; write larger ones as strings.")
        elif isinstance(node, dict):
            for name in node:
                _storable(name)
            left += [(depth + 1, inner) for inner in node.values()]
        elif isinstance(node, list):
            left += [(depth + 1, inner) for inner in node]
    return value


def _storable(text: str) -> None:
    if "\x00" in text:
        raise refused("pattern", "Text here may not contain NUL.")
    if not text.isascii():
        _no_surrogates(text)


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (at and local and domain) or len(local) > 64 or "@" in local:
        raise refused("email", patterns.AN_ADDRESS)
    try:
        return with_ascii_domain(text)
    except UnicodeError:
        raise refused("email", patterns.AN_ADDRESS) from None


Text = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=65_536, pattern=patterns.TEXT),
    AfterValidator(_said),
    AfterValidator(_with_plain_breaks),
]
"""What a person wrote: something to see, line breaks and tabs besides; a break is one line feed, however sent."""
ShortText = Annotated[
    str, Field(strict=True, min_length=1, max_length=255, pattern=patterns.LINE), AfterValidator(_said)
]
"""One line, of which something can be seen."""
Slug = Annotated[str, Field(strict=True, max_length=64, pattern=patterns.SLUG)]
Id = UUID
When = Annotated[
    AwareDatetime,
    BeforeValidator(_instant_text),
    AfterValidator(_in_range),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-02-10T10:15:00Z"]}),
]
"""An instant with its offset, 1970 to 2200, turned into UTC."""
Whole = BeforeValidator(_whole)
"""To JSON, 5.0 is the number 5."""
Count = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1), Whole]
"""Of a body. Paths and queries hold text: there it is `Annotated[int, Query(ge=…, le=…)]`."""
Minutes = Annotated[int, Field(strict=True, ge=0, le=60 * 24 * 366), Whole]
JsonMap = Annotated[
    dict[Annotated[str, Field(max_length=255)], Any], Field(max_length=_MOST_NODES - 1), AfterValidator(_bounded_json)
]
"""A JSON object of at most 20 levels and 2000 values, itself counted."""
_Name = Annotated[str, Field(strict=True, min_length=1, max_length=64, pattern=patterns.LINE)]
_Note = Annotated[str, Field(strict=True, max_length=500, pattern=patterns.TEXT)]
Metadata = Annotated[dict[_Name, _Note], Field(max_length=50)]
"""The caller's own notes on a resource."""
MetadataPatch = Annotated[dict[_Name, _Note | None], Field(max_length=50)]
Number = Annotated[str, Field(strict=True, max_length=32, pattern=patterns.NUMBER, examples=["M1001"])]
"""The provider's own for an account or reseller; shorter than an id, so that neither is taken for the other."""
Email = Annotated[
    str,
    Field(strict=True, min_length=3, max_length=254, pattern=patterns.EMAIL),
    AfterValidator(_address),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
