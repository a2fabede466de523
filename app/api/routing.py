"""The one kind of route: it reads bodies strictly and knows its query parameters."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Body, Form
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from app.api.bodies import parse_json
from app.api.gathering import Gathering
from app.api.notes import note_of
from app.base.errors import Fault, Problem
from app.schemas.faults import faults_of

_JSON: Final = b"application/json"


class StrictRequest(Request):
    """A request whose JSON is JSON as RFC 8259 has it, parsed once."""

    _json: Any

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        if (body := note_of(scope).body) is not None:
            self._body = body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class DeskRoute(APIRoute):
    """Reads its signature as FastAPI does and is described by it; its answers are responses already."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self.app = self._answer
        self._gathering = Gathering(self.dependant, embed_body_fields=self._embed_body_fields)
        self._known = dict(_query_names(self.dependant))
        # Who reads a body of its own, such as a mail or a file, describes it too.
        self._hears_nothing = "POST" in (self.methods or ()) and "requestBody" not in (self.openapi_extra or {})
        # Nothing sent is an object without members: what is lacking is named, and what may be left out is left out.
        self._unsaid: Any = {} if "POST" in (self.methods or ()) and _has_members(self) else PydanticUndefined

    @property
    def takes_nothing(self) -> bool:
        """Whether a body may be left out because no member of it is needed."""
        if self.body_field is None or self._unsaid is PydanticUndefined:
            return False
        return not self.body_field.validate(self._unsaid, {}, loc=())[1]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return _cannot

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = StrictRequest(scope, receive)
        if scope["query_string"]:
            _refuse_unknown(request, self._known)
        body = PydanticUndefined
        if self.body_field is not None:
            body = await _body_of(request, self._unsaid)
        elif self._hears_nothing and is_json(request):
            await _refuse_what_is_said(request)
        response: Response = await self._gathering.answer(request, body)
        await response(scope, receive, send)


async def _body_of(request: StrictRequest, unsaid: Any) -> Any:
    """The value of a JSON body, the bytes of any other."""
    content = await request.body()
    if not content:
        return unsaid
    return await request.json() if is_json(request) else content


async def _refuse_what_is_said(request: StrictRequest) -> None:
    """Whoever gives a reason where none is taken is told so, and does not believe that it was heard."""
    if not await request.body():
        return
    said = await request.json()
    if not isinstance(said, dict):
        raise Problem("invalid", errors=[Fault("", "type", "This must be an object.")])
    if said:
        faults = faults_of([{"type": "extra_forbidden", "loc": ("body", name)} for name in said], said)
        raise Problem("invalid", "This takes no body.", errors=faults)


async def _cannot(_: Request) -> Response:
    raise RuntimeError("the routes of a router of ours are added by `add_routes`, not included")


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """As they are. `include_router` keeps each route a second time and matches every request against both."""
    app.router.routes += router.routes


def desk_router(prefix: str, tag: str) -> APIRouter:
    """A router for one noun. `prefix` is the whole path, so that logs and metrics can name the template."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=DeskRoute)


def allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """Every method that some route takes at this path."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        if context.path_format is not None and _pattern(context.path_format).match(scope["path"]):
            found |= context.methods or set()
    return sorted(found | {"HEAD"} if "GET" in found else found)


def _has_members(route: APIRoute) -> bool:
    """Whether its body is an object of which we know what belongs in it; a whole document is not."""
    field = route.body_field
    if field is None or not isinstance(field.field_info, Body) or isinstance(field.field_info, Form):
        return False
    return get_origin(field.field_info.annotation) is not dict


@lru_cache(maxsize=1024)
def _pattern(path: str) -> Any:
    return compile_path(path)[0]


def path_of(request: Request) -> str:
    """As it stands in an address."""
    path: str = request.scope["path"]
    return path.replace("?", "%3F").replace("#", "%23").replace("\\", "%5C")


def is_json(request: Request) -> bool:
    told = note_of(request.scope).headers.get(b"content-type", b"")
    if told == _JSON:
        return True
    kind = told.partition(b";")[0].strip().lower()
    return kind == _JSON or kind.endswith(b"+json")


def _refuse_unknown(request: Request, known: Mapping[str, bool]) -> None:
    """Also what is said twice and counts once: one of the two would go unheard."""
    if not known.keys() >= request.query_params.keys():
        unknown = next(name for name in request.query_params if name not in known)
        detail = f"Known here: {', '.join(sorted(known))}." if known else "This path takes no query parameters."
        pointer = f"/query/{unknown}" if unknown.isidentifier() and len(unknown) <= 64 else "/query"
        fault = Fault(pointer, "unknown", "Nothing of this name belongs here.")
        raise Problem("unknown_parameter", detail, errors=[fault])
    if len(request.query_params.multi_items()) > len(request.query_params):
        for name, many in known.items():
            if not many and len(request.query_params.getlist(name)) > 1:
                fault = Fault(f"/query/{name}", "repeated", "This takes one value.")
                raise Problem("bad_request", "A query parameter is there twice.", errors=[fault])


def _many(kind: Any) -> bool:
    return list in (get_origin(kind), *map(get_origin, get_args(kind)))


def _query_names(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Each with whether it may be there many times."""
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((member.alias or name, _many(member.annotation)) for name, member in kind.model_fields.items())
        else:
            yield field.alias, _many(kind)
    for inner in dependant.dependencies:
        yield from _query_names(inner)
