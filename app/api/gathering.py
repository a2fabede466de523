"""What a route's signature asks for: read by FastAPI once, then gathered for each request in a straight line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Final

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError

_MISSING: Final = object()
_PLAIN: Final = (type(None), bool, int, str)
"""Defaults that nobody can change and that need no copy."""


class _Fields:
    """What is taken out of one part of a request. Of what was not sent the defaults are known beforehand."""

    def __init__(self, fields: list[ModelField]) -> None:
        self._fields = [(field, field.alias, *_unsent(field)) for field in fields]

    def __bool__(self) -> bool:
        return bool(self._fields)

    def read(self, part: Mapping[str, Any], values: dict[str, Any], faults: list[Any]) -> None:
        sent = []
        for field, alias, optional, default in self._fields:
            if optional and alias not in part:
                values[field.name] = default
            else:
                sent.append(field)
        if sent:
            found, wrong = request_params_to_args(sent, part)
            values.update(found)
            faults.extend(wrong)


def _unsent(field: ModelField) -> tuple[bool, Any]:
    """Whether it may be left out without another look at it, and what it is then."""
    about = field.field_info
    plain = not about.is_required() and not about.validate_default and field.validation_alias in (None, field.alias)
    return plain and about.default_factory is None and isinstance(about.default, _PLAIN), about.default


@dataclass(frozen=True, slots=True)
class _Step:
    """One dependency, or the route; `after` are the places of those that it rests on, `given` those that it names."""

    asked: Dependant
    call: Callable[..., Any]
    after: tuple[int, ...]
    given: tuple[tuple[str, int], ...]
    request_as: str | None
    """The argument that is the request itself."""
    path: _Fields
    query: _Fields
    headers: _Fields
    cookies: _Fields


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
        parts = (asked.path_params, asked.query_params, asked.header_params, asked.cookie_params)
        self._steps.append(_Step(asked, call, after, given, request_as, *map(_Fields, parts)))
        return known.setdefault(id(call), len(self._steps) - 1)

    async def answer(self, request: Request, body: Any) -> Any:
        """What the route returns; RequestValidationError with every fault of what was sent."""
        results: list[Any] = []
        faults: list[Any] = []
        for step in self._steps:
            values = {name: results[place] for name, place in step.given}
            sound = all(results[place] is not _MISSING for place in step.after)
            found = len(faults)
            await self._read(step, request, body, values, faults)
            sound = sound and len(faults) == found
            if step.request_as is not None:
                values[step.request_as] = request
            results.append(await step.call(**values) if sound else _MISSING)
        if faults:
            raise RequestValidationError(faults, body=body)
        return results[-1]

    async def _read(self, step: _Step, request: Request, body: Any, values: dict[str, Any], faults: list[Any]) -> None:
        if step.path:
            step.path.read(request.path_params, values, faults)
        if step.query:
            step.query.read(request.query_params, values, faults)
        if step.headers:
            step.headers.read(request.headers, values, faults)
        if step.cookies:
            step.cookies.read(request.cookies, values, faults)
        if step.asked.body_params:
            found, wrong = await request_body_to_args(step.asked.body_params, body, embed_body_fields=self._embed)
            values.update(found)
            faults.extend(wrong)
