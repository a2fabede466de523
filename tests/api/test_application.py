"""Routes are found by the words of their paths, and each is the one that FastAPI would have found."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Match

from app.api.application import Signpost
from app.api.routing import DeskRoute
from app.base.settings import Settings
from app.main import create_app

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WORDS = ("NTH-7K3Q-9F2D-M4XA", "messages", "a b", "")
"""What may stand for a parameter; other routes' words among it."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(), with_demo=True)


def paths(app: FastAPI) -> Iterator[str]:
    for route in app.router.routes:
        if isinstance(route, DeskRoute):
            for word in WORDS if route.param_convertors else WORDS[:1]:
                path = route.path_format.format(**dict.fromkeys(route.param_convertors, word))
                yield from (path, f"{path}/", f"{path}/more")


def found_by_fastapi(app: FastAPI, method: str, path: str) -> tuple[BaseRoute, dict[str, str]] | None:
    for route in app.router.routes:
        match, scope = route.matches({"type": "http", "method": method, "path": path, "headers": []})
        if match is Match.FULL:
            return route, scope["path_params"]
    return None


def test_every_path_leads_where_fastapi_would_go(app: FastAPI) -> None:
    signpost = Signpost(app.router)
    reached = set()
    for path in set(paths(app)):
        for method in METHODS:
            found = signpost.find(method, path)
            if found is not None:
                assert found == found_by_fastapi(app, method, path)
                reached.add(found[0].path)
    left = {route.path for route in app.router.routes if isinstance(route, DeskRoute)} - reached
    assert left == {"/forms/{form}"}, "what begins with a parameter is left to FastAPI, and nothing else is"
