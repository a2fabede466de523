"""FastAPI with our own layers around it and none besides, and with routes found by the words of their paths."""

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.convertors import StringConvertor
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.routing import DeskRoute

_WORDS: Final = 2
"""Of a path, by which routes are found: `/v1/tickets`."""


class Application(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """Without FastAPI's own layers: what fails, how long a body may be and what is told of it, is for ours."""
        app: ASGIApp = Signpost(self.router)
        for layer, args, kwargs in reversed(self.user_middleware):
            app = layer(app, *args, **kwargs)
        return app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.middleware_stack is None:
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)


class Signpost:
    """Leads to the first route that fits, as FastAPI's router does, without trying all those before it.

    What is not found is FastAPI's: pages and files, paths that there are not, methods that a path does not take.
    HEAD is answered as GET is; the server keeps the body to itself and sends the head, with its length.
    """

    def __init__(self, router: APIRouter) -> None:
        self._others = AsyncExitStackMiddleware(router)
        self._routes: dict[tuple[str, int, str], list[DeskRoute]] = {}
        for route in router.routes:
            if isinstance(route, DeskRoute) and _is_plain(route):
                for method in route.methods or ():
                    self._routes.setdefault((method, *_begin(route.path)), []).append(route)
        self._whole: dict[tuple[str, str], tuple[DeskRoute, dict[str, str]]] = {}
        """By the whole path, where nothing in it is a parameter and no route before it fits."""
        for (method, *_), routes in self._routes.items():
            for route in routes:
                found = self.find(method, route.path)
                if found is not None and found[0] is route and not route.param_convertors:
                    self._whole[method, route.path] = found

    def find(self, method: str, path: str) -> tuple[DeskRoute, dict[str, str]] | None:
        """The route with its parameters; None: that is for FastAPI to say."""
        if (whole := self._whole.get((method, path))) is not None:
            return whole
        for route in self._routes.get((method, *_begin(path)), ()):
            found = route.path_regex.match(path)
            if found is not None:
                return route, found.groupdict()
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._others(scope, receive, send)
            return
        heads = scope["method"] == "HEAD"
        if heads:
            # A range is of GET alone (RFC 9110, 14.2): whoever asks for the head wants to know the whole length.
            scope["headers"] = [header for header in scope["headers"] if header[0] != b"range"]
        found = self.find("GET" if heads else scope["method"], scope["path"])
        if found is None:
            await self._others({**scope, "method": "GET"} if heads else scope, receive, send)
            return
        scope["route"], scope["path_params"] = route, _ = found
        await route.app(scope, receive, send)


def _begin(path: str) -> tuple[int, str]:
    """How many words there are, and the first ones."""
    return path.count("/"), "/".join(path.split("/", _WORDS + 1)[: _WORDS + 1])


def _is_plain(route: DeskRoute) -> bool:
    """Whether it begins with words and each of its parameters is one word."""
    words = all(type(one) is StringConvertor for one in route.param_convertors.values())
    return words and "{" not in _begin(route.path)[1]
