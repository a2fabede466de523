"""What OpenAPI says of an operation beyond its signature, told by what the route depends on."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.idempotency import key_demanded

Document = dict[str, Any]


def describe(app: FastAPI, document: Document) -> None:
    """Complete every operation of the document."""
    for context in iter_route_contexts(app.routes):
        route = context.route
        for method in context.methods or ():
            operation = document["paths"].get(context.path_format, {}).get(method.lower())
            if operation is not None and isinstance(route, APIRoute):
                _complete(operation, frozenset(_called(route.dependant)))


def _called(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Everything that the route depends on."""
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from _called(inner)


def _complete(operation: Document, called: frozenset[Callable[..., Any]]) -> None:
    for parameter in operation.get("parameters", ()):
        if key_demanded in called and parameter["name"] == "idempotency-key":
            parameter["required"] = True
