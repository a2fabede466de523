"""What OpenAPI says of an operation beyond its signature: who may call and how it can fail, by its dependencies."""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.callers import Allowed
from app.api.deps import caller_known
from app.api.etags import version_demanded, version_expected
from app.api.idempotency import key_demanded
from app.api.negotiation import form_wanted
from app.api.routing import DeskRoute
from app.base.errors import CODES

Document = dict[str, Any]
Called = Set[Callable[..., Any]]
PROBLEM: Final = "application/problem+json"
_WITH_BODY: Final = (408, 413, 415)
_FILES: Final = frozenset({"application/octet-stream", "message/rfc822"})
_OF_EVERY_CHANGE: Final = (409,)
_BY_DEPENDENCY: Final[dict[Callable[..., Any], tuple[int, ...]]] = {
    caller_known: (401, 403, 429),
    form_wanted: (406,),
    version_expected: (412,),
    version_demanded: (428,),
}
# A header that the route cannot do without is optional to the framework, so that its absence has a problem of its own.
_DEMANDED: Final[dict[str, Callable[..., Any]]] = {"Idempotency-Key": key_demanded, "If-Match": version_demanded}


def describe(app: FastAPI, document: Document) -> None:
    """Complete every operation of the document."""
    told: set[int] = set()
    for context in iter_route_contexts(app.routes):
        route = context.route
        for method in context.methods or ():
            operation = document["paths"].get(context.path_format, {}).get(method.lower())
            if operation is not None and isinstance(route, APIRoute) and "default" in operation["responses"]:
                _complete(operation, method, frozenset(_called(route.dependant)))
                if isinstance(route, DeskRoute) and route.takes_nothing:
                    operation["requestBody"]["required"] = False
                told |= {int(status) for status in operation["responses"] if status.isdigit() and int(status) >= 400}
    document["components"]["responses"] |= {_name(status): _answer(status) for status in sorted(told & _statuses())}


def _called(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Everything that the route depends on."""
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from _called(inner)


def _complete(operation: Document, method: str, called: Called) -> None:
    for parameter in operation.get("parameters", ()):
        if _DEMANDED.get(parameter["name"]) in called:
            parameter["required"] = True
    if allowed := [one for one in called if isinstance(one, Allowed)]:
        operation["x-callers"] = callers = list(_callers(allowed))
        words = ", ".join(f"`{caller}`" for caller in callers)
        told = operation.get("description", operation["summary"] + ".")
        operation["description"] = f"{told}\n\nCallers: {words}."
    else:
        operation.setdefault("description", operation["summary"] + ".")
    answers = operation["responses"]
    for status in sorted(_failing(operation, method, called)):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})
    if any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", ())):
        answers.setdefault("304", {"description": "As you know it"})
    operation["responses"] = dict(sorted(answers.items()))


def _callers(allowed: Sequence[Allowed]) -> Iterator[str]:
    """Those whom all of them let in."""
    first, *others = [list(one.told()) for one in allowed]
    return (caller for caller in first if all(caller in other for other in others))


def _failing(operation: Document, method: str, called: Called) -> Iterator[int]:
    yield 400
    yield 503
    for dependency, statuses in _BY_DEPENDENCY.items():
        if dependency in called:
            yield from statuses
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    if "path" in places or (method != "GET" and caller_known in called):
        yield 404
    if places or "requestBody" in operation:
        yield 422
    if any(parameter["name"] == "Range" for parameter in operation.get("parameters", ())):
        yield 416
    if not _FILES.isdisjoint(operation["responses"].get("200", {}).get("content", ())):
        yield 410
    if "requestBody" in operation:
        yield from _WITH_BODY
    if method != "GET":
        yield from _OF_EVERY_CHANGE


def _statuses() -> Set[int]:
    return {code.status for code in CODES.values()}


def _name(status: int) -> str:
    return f"Problem{status}"


def _answer(status: int) -> Document:
    """Each code of this status is an example."""
    codes = {name: code for name, code in CODES.items() if code.status == status}
    shown = {
        name: {
            "summary": code.title,
            "value": {
                "type": f"https://desk.example/problems/{name}",
                "title": code.title,
                "status": status,
                "detail": code.remedy,
                "code": name,
                "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            },
        }
        for name, code in codes.items()
    }
    told = "; ".join(f"{code.title} (`{name}`)" for name, code in codes.items()) if len(codes) < 6 else "Refused"
    headers = {"Retry-After": {"schema": {"type": "integer"}}} if status in (429, 503) else {}
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}}
    return {"description": told, "content": content, **({"headers": headers} if headers else {})}
