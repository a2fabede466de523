"""What a route's signature asks for: read by FastAPI once, then gathered for each request in a straight line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction, signature
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
_PARTS: Final = ("path_params", "query_params", "headers", "cookies")
_PLAIN: Final = (type(None), bool, int, str)
"""Defaults that nobody can change and that need no copy."""
_REQUEST: Final = 0
"""The place of the request itself among what steps are given."""


class _Fields:
    """What is taken out of one part of a request. Of what was not sent the defaults stand in their places already."""

    def __init__(self, part: str, fields: list[ModelField], first: int) -> None:
        """`first`: the place of the first of them; the others follow."""
        self._part = part
        self._fields = [_Field(field, part, at) for at, field in enumerate(fields, first)]
        self._needed = [one for one in self._fields if not one.optional]
        self._optional = frozenset(one.sent_as for one in self._fields if one.optional)

    def places(self) -> dict[str, int]:
        return {one.name: one.at for one in self._fields}

    def before(self) -> list[Any]:
        """What stands in their places until they are read."""
        return [one.default if one.optional else _MISSING for one in self._fields]

    def read(self, request: Request, given: list[Any], faults: list[Any]) -> None:
        told = _told(self._part, request)
        if not self._optional.isdisjoint(told):
            for one in self._fields:
                if not one.optional or one.sent_as in told:
                    one.read(told, request, given, faults)
        else:
            for one in self._needed:
                one.read(told, request, given, faults)


def _told(part: str, request: Request) -> Mapping[Any, Any]:
    """What was sent there; of headers of one name the first, as it came."""
    if part == "headers":
        return dict(reversed(request.scope["headers"]))
    if part == "query_params" and not request.scope["query_string"]:
        return {}
    told: Mapping[str, str] = getattr(request, part)
    return told


class _Field:
    """One of them, looked at as FastAPI does, and at once where it is a single value that was sent."""

    def __init__(self, field: ModelField, part: str, at: int) -> None:
        about = field.field_info
        assert isinstance(about, Param)
        self.name, self.at, self._field, self._part = field.name, at, field, part
        self.sent_as: str | bytes = field.alias.lower().encode() if part == "headers" else field.alias
        alone = field.validation_alias in (None, field.alias)
        plain = alone and not about.is_required() and not about.validate_default and about.default_factory is None
        self.optional = plain and isinstance(about.default, _PLAIN)
        """Whether it may be left out without another look at it, and what it is then."""
        self.default = about.default
        self._single = alone and _is_single(field)
        self._place = (about.in_.value, field.alias)

    def read(self, told: Mapping[Any, Any], request: Request, given: list[Any], faults: list[Any]) -> None:
        sent = told.get(self.sent_as) if self._single else None
        if sent is None:
            found, wrong = request_params_to_args([self._field], getattr(request, self._part))
            value = found.get(self.name, _MISSING)
        else:
            if isinstance(sent, bytes):
                sent = sent.decode("latin-1")
            value, wrong = self._field.validate(sent, {}, loc=self._place)
        if not wrong:
            given[self.at] = value
        faults.extend(wrong)


def _is_single(field: ModelField) -> bool:
    """Whether it is one text as it was sent: no list, no JSON in a text, no model of several."""
    kind = field.field_info.annotation
    apart = field_annotation_is_sequence(kind) or Json in map(type, field.field_info.metadata)
    return not apart and not any(lenient_issubclass(one, BaseModel) for one in (kind, *get_args(kind)))


@dataclass(frozen=True, slots=True)
class _Step:
    """One dependency, or the route; `takes` are the places of its arguments, `after` those of the steps it rests on."""

    call: Callable[..., Any]
    at: int
    """The place of what it returns."""
    takes: tuple[int, ...]
    after: tuple[int, ...]
    parts: tuple[_Fields, ...]
    body: tuple[ModelField, ...]
    body_at: int
    """The place of the first of them; the others follow."""
    sound: Callable[..., Any] | None
    """For a body that is one value by itself, and no form: that value; ValidationError where anything is wrong."""
    reads: bool
    """Whether it takes anything out of the request."""


class Gathering:
    """The dependencies of a route in the order in which they can be asked, each of them once; the route itself last.

    FastAPI walks the tree of them anew for each request, which takes longer than all that they do. Its fields still
    validate each value. Dependencies are coroutine functions without a `yield`.
    """

    def __init__(self, route: Dependant, *, embed_body_fields: bool) -> None:
        self._embed = embed_body_fields
        self._steps: list[_Step] = []
        self._before: list[Any] = [_MISSING]
        """What stands in each place before anything is asked."""
        self._add(route, {})

    def _add(self, asked: Dependant, known: dict[int, int]) -> int:
        """The place of what it returns."""
        call = asked.call
        if id(call) in known:
            return known[id(call)]
        if call is None or not (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)):
            raise TypeError(f"{call!r} is no coroutine function, as all that routes ask for must be")
        after = tuple(self._add(inner, known) for inner in asked.dependencies)
        named = {inner.name: at for inner, at in zip(asked.dependencies, after, strict=True) if inner.name}
        named |= dict.fromkeys(filter(None, (asked.request_param_name, asked.http_connection_param_name)), _REQUEST)
        told = (asked.path_params, asked.query_params, asked.header_params, asked.cookie_params)
        parts = []
        for part, fields in zip(_PARTS, told, strict=True):
            if fields:
                parts.append(_Fields(part, fields, len(self._before)))
                named |= parts[-1].places()
                self._before += parts[-1].before()
        body, body_at = tuple(asked.body_params), len(self._before)
        named |= {field.name: at for at, field in enumerate(body, body_at)}
        self._before += [_MISSING] * (len(body) + 1)
        at = known[id(call)] = len(self._before) - 1
        wanted = signature(call).parameters
        if not named.keys() >= wanted.keys():
            raise TypeError(f"{call!r} asks for what is not gathered: {', '.join(wanted.keys() - named.keys())}")
        takes = tuple(map(named.__getitem__, wanted))
        whole = len(body) == 1 and not self._embed and not isinstance(body[0].field_info, Form)
        sound = body[0]._type_adapter.validator.validate_python if whole else None
        reads = bool(parts or body)
        self._steps.append(_Step(call, at, takes, after, tuple(parts), body, body_at, sound, reads))
        return at

    async def answer(self, request: Request, body: Any) -> Any:
        """What the route returns; RequestValidationError with every fault of what was sent."""
        given = self._before.copy()
        given[_REQUEST] = request
        faults: list[Any] = []
        for step in self._steps:
            if step.reads and not await self._read(step, request, body, given, faults):
                continue
            if faults and any(given[place] is _MISSING for place in step.after):
                continue
            given[step.at] = await step.call(*map(given.__getitem__, step.takes))
        if faults:
            raise RequestValidationError(faults, body=body)
        return given[-1]

    async def _read(self, step: _Step, request: Request, body: Any, given: list[Any], faults: list[Any]) -> bool:
        """Take out of the request what the step names; whether it was all sound."""
        found = len(faults)
        for fields in step.parts:
            fields.read(request, given, faults)
        if step.sound is not None and body is not PydanticUndefined:
            try:
                given[step.body_at] = step.sound(body, from_attributes=True)
            except ValidationError:  # once more, for the faults in FastAPI's words
                given[step.body_at], wrong = step.body[0].validate(body, {}, loc=("body",))
                faults += wrong
        elif step.body:
            sound, wrong = await request_body_to_args([*step.body], body, embed_body_fields=self._embed)
            for at, field in enumerate(step.body, step.body_at):
                given[at] = sound.get(field.name)
            faults += wrong
        return len(faults) == found
