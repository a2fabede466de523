"""What a route's signature asks for: read by FastAPI once, then gathered for each request in a straight line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from operator import itemgetter
from typing import Any, Final, get_args

from fastapi import Request
from fastapi._compat import ModelField, field_annotation_is_sequence, lenient_issubclass
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form, Param
from pydantic import BaseModel, Json, ValidationError
from pydantic_core import PydanticUndefined

_MISSING: Final = object()
_FIRST: Final = itemgetter(0)
_PARTS: Final = ("path_params", "query_params", "headers", "cookies")
_PLAIN: Final = (type(None), bool, int, str)
"""Defaults that nobody can change and that need no copy."""


class _Fields:
    """What is taken out of one part of a request. Of what was not sent the defaults are known beforehand."""

    def __init__(self, part: str, fields: list[ModelField]) -> None:
        self._part = part
        self._fields = [_Field(field, part) for field in fields]
        self._defaults = {one.name: one.default for one in self._fields if one.optional}
        self._needed = [one for one in self._fields if not one.optional]
        self._optional = frozenset(one.sent_as for one in self._fields if one.optional)

    def read(self, request: Request, values: dict[str, Any], faults: list[Any]) -> None:
        values.update(self._defaults)
        sent = self._optional.intersection(_names_sent(self._part, request))
        if sent or self._needed:
            part = getattr(request, self._part)
            for one in self._fields if sent else self._needed:
                if not one.optional or one.sent_as in sent:
                    one.read(part, values, faults)


def _names_sent(part: str, request: Request) -> Iterable[str | bytes]:
    match part:
        case "headers":
            return map(_FIRST, request.scope["headers"])
        case "query_params":
            return request.query_params if request.scope["query_string"] else ()
        case _:
            names: Mapping[str, str] = getattr(request, part)
            return names


class _Field:
    """One of them, looked at as FastAPI does, and at once where it is a single value that was sent."""

    def __init__(self, field: ModelField, part: str) -> None:
        about = field.field_info
        assert isinstance(about, Param)
        self.name, self._alias, self._field = field.name, field.alias, field
        self.sent_as: str | bytes = field.alias.lower().encode() if part == "headers" else field.alias
        alone = field.validation_alias in (None, field.alias)
        plain = alone and not about.is_required() and not about.validate_default and about.default_factory is None
        self.optional = plain and isinstance(about.default, _PLAIN)
        """Whether it may be left out without another look at it, and what it is then."""
        self.default = about.default
        self._single = alone and _is_single(field)
        self._place = (about.in_.value, field.alias)

    def read(self, part: Mapping[str, Any], values: dict[str, Any], faults: list[Any]) -> None:
        sent = part.get(self._alias) if self._single else None
        if sent is None:
            found, wrong = request_params_to_args([self._field], part)
            values.update(found)
        else:
            value, wrong = self._field.validate(sent, values, loc=self._place)
            if not wrong:
                values[self.name] = value
        faults.extend(wrong)


def _is_single(field: ModelField) -> bool:
    """Whether it is one text as it was sent: no list, no JSON in a text, no model of several."""
    kind = field.field_info.annotation
    apart = field_annotation_is_sequence(kind) or Json in map(type, field.field_info.metadata)
    return not apart and not any(lenient_issubclass(one, BaseModel) for one in (kind, *get_args(kind)))


@dataclass(frozen=True, slots=True)
class _Step:
    """One dependency, or the route; `after` are the places of those that it rests on, `given` those that it names."""

    call: Callable[..., Any]
    after: tuple[int, ...]
    given: tuple[tuple[str, int], ...]
    request_as: str | None
    """The argument that is the request itself."""
    parts: tuple[_Fields, ...]
    body: tuple[ModelField, ...]
    sound: Callable[..., Any] | None
    """For a body that is one value by itself, and no form: that value; ValidationError where anything is wrong."""


class Gathering:
    """The dependencies of a route in the order in which they can be asked, each of them once; the route itself last.

    FastAPI walks the tree of them anew for each request, which takes longer than all that they do. Its fields still
    validate each value. Dependencies are coroutine functions without a `yield`.
    """

    def __init__(self, route: Dependant, *, embed_body_fields: bool) -> None:
        self._embed = embed_body_fields
        self._steps: list[_Step] = []
        self._add(route, {})

    def _add(self, asked: Dependant, known: dict[int, int]) -> int:
        """The place of it among the steps."""
        call = asked.call
        if id(call) in known:
            return known[id(call)]
        if call is None or not (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)):
            raise TypeError(f"{call!r} is no coroutine function, as all that routes ask for must be")
        after = tuple(self._add(inner, known) for inner in asked.dependencies)
        given = tuple((inner.name, at) for inner, at in zip(asked.dependencies, after, strict=True) if inner.name)
        request_as = asked.request_param_name or asked.http_connection_param_name
        fields = (asked.path_params, asked.query_params, asked.header_params, asked.cookie_params)
        parts = tuple(_Fields(part, wanted) for part, wanted in zip(_PARTS, fields, strict=True) if wanted)
        body = tuple(asked.body_params)
        whole = len(body) == 1 and not self._embed and not isinstance(body[0].field_info, Form)
        sound = body[0]._type_adapter.validator.validate_python if whole else None
        self._steps.append(_Step(call, after, given, request_as, parts, body, sound))
        return known.setdefault(id(call), len(self._steps) - 1)

    async def answer(self, request: Request, body: Any) -> Any:
        """What the route returns; RequestValidationError with every fault of what was sent."""
        results: list[Any] = [_MISSING] * len(self._steps)
        faults: list[Any] = []
        for at, step in enumerate(self._steps):
            values: dict[str, Any] = {}
            if (step.parts or step.body) and not await self._read(step, request, body, values, faults):
                continue
            if faults and any(results[place] is _MISSING for place in step.after):
                continue
            for name, place in step.given:
                values[name] = results[place]
            if step.request_as is not None:
                values[step.request_as] = request
            results[at] = await step.call(**values)
        if faults:
            raise RequestValidationError(faults, body=body)
        return results[-1]

    async def _read(self, step: _Step, request: Request, body: Any, values: dict[str, Any], faults: list[Any]) -> bool:
        """Take out of the request what the step names; whether it was all sound."""
        found = len(faults)
        for fields in step.parts:
            fields.read(request, values, faults)
        if step.sound is not None and body is not PydanticUndefined:
            field = step.body[0]
            try:
                values[field.name] = step.sound(body, from_attributes=True)
            except ValidationError:  # once more, for the faults in FastAPI's words
                values[field.name], wrong = field.validate(body, {}, loc=("body",))
                faults += wrong
        elif step.body:
            sound, wrong = await request_body_to_args([*step.body], body, embed_body_fields=self._embed)
            values.update(sound)
            faults += wrong
        return len(faults) == found
