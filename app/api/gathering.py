"""What a route's signature asks for: read by FastAPI once, then gathered for each request in a straight line."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class _Step:
    """One dependency, or the route; `after` are the places of those that it rests on, `given` those that it names."""

    asked: Dependant
    call: Callable[..., Any]
    after: tuple[int, ...]
    given: tuple[tuple[str, int], ...]
    request_as: str | None
    """The argument that is the request itself."""
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
        fields = (asked.path_params, asked.query_params, asked.header_params, asked.cookie_params, asked.body_params)
        request_as = asked.request_param_name or asked.http_connection_param_name
        self._steps.append(_Step(asked, call, after, given, request_as, any(fields)))
        return known.setdefault(id(call), len(self._steps) - 1)

    async def answer(self, request: Request, body: Any) -> Any:
        """What the route returns; RequestValidationError with every fault of what was sent."""
        results: list[Any] = []
        faults: list[Any] = []
        for step in self._steps:
            values = {name: results[place] for name, place in step.given}
            sound = all(results[place] is not _MISSING for place in step.after)
            if step.reads:
                found = len(faults)
                await self._read(step.asked, request, body, values, faults)
                sound = sound and len(faults) == found
            if step.request_as is not None:
                values[step.request_as] = request
            results.append(await step.call(**values) if sound else _MISSING)
        if faults:
            raise RequestValidationError(faults, body=body)
        return results[-1]

    async def _read(
        self, asked: Dependant, request: Request, body: Any, values: dict[str, Any], faults: list[Any]
    ) -> None:
        read = []
        if asked.path_params:
            read.append(request_params_to_args(asked.path_params, request.path_params))
        if asked.query_params:
            read.append(request_params_to_args(asked.query_params, request.query_params))
        if asked.header_params:
            read.append(request_params_to_args(asked.header_params, request.headers))
        if asked.cookie_params:
            read.append(request_params_to_args(asked.cookie_params, request.cookies))
        if asked.body_params:
            read.append(await request_body_to_args(asked.body_params, body, embed_body_fields=self._embed))
        for found, wrong in read:
            values.update(found)
            faults.extend(wrong)
