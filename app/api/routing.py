"""The one kind of route: it reads bodies strictly and knows its query parameters."""

from collections.abc import Callable, Coroutine, Iterator
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Body, Form
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.routing import compile_path
from starlette.types import Scope

from app.api.bodies import parse_json
from app.base.errors import Fault, Problem

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON is JSON as RFC 8259 has it, parsed once."""

    _json: Any
    _body: bytes

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class DeskRoute(APIRoute):
    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))
        reads_json = self.body_field is not None
        says = reads_json and "POST" in (self.methods or ()) and _is_object(self)

        async def strict(received: Request) -> Response:
            request = StrictRequest(received.scope, received.receive)
            if says and not await request.body():
                request = _saying_nothing(request)
            if request.scope["query_string"]:
                _refuse_unknown(request, known)
            # Parsed before the framework does: it would turn our problem into its own.
            if reads_json and _is_json(request) and await request.body():
                await request.json()
            return await answer(request)

        return strict


def desk_router(prefix: str, tag: str) -> APIRouter:
    """A router for one noun. `prefix` is the whole path, so that logs and metrics can name the template."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=DeskRoute)


def allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """Every method that some route takes at this path."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        if context.path_format is not None and _pattern(context.path_format).match(scope["path"]):
            found |= context.methods or set()
    return sorted(found)


def _is_object(route: APIRoute) -> bool:
    field = route.body_field
    return field is not None and isinstance(field.field_info, Body) and not isinstance(field.field_info, Form)


def _saying_nothing(request: StrictRequest) -> StrictRequest:
    """Nothing sent is an object without members: what is lacking is named, and what may be left out is left out."""
    json = (b"content-type", b"application/json")
    others = [header for header in request.scope["headers"] if header[0] != b"content-type"]
    silent = StrictRequest({**request.scope, "headers": [*others, json]}, request.receive)
    silent._body = b"{}"
    return silent


@lru_cache(maxsize=1024)
def _pattern(path: str) -> Any:
    return compile_path(path)[0]


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if not unknown:
        return
    detail = f"Known here: {', '.join(sorted(known))}." if known else "This path takes no query parameters."
    pointer = f"/query/{unknown[0]}" if unknown[0].isidentifier() and len(unknown[0]) <= 64 else "/query"
    raise Problem("unknown_parameter", detail, errors=[Fault(pointer, "unknown", "Nothing of this name belongs here.")])


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (member.alias or name for name, member in kind.model_fields.items())
        else:
            yield field.alias
    for inner in dependant.dependencies:
        yield from _query_names(inner)
