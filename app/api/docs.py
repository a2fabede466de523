"""The interactive documentation, served without any other host, and the OpenAPI document behind it."""

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any

import fastapi_offline
import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from app.api.document import document_of
from app.api.inline import digests

_ASSETS = "/docs/assets"
_FOLDER = Path(fastapi_offline.__file__).parent / "static"
_FOREIGN_LOGO = re.compile(r"https://cdn\.redoc\.ly/[\w./-]+")


def install(app: FastAPI) -> None:
    """Serve /docs, /redoc and the assets they need; and let /openapi.json tell the whole."""

    def described() -> dict[str, Any]:
        return document_of(app)

    app.openapi = described  # type: ignore[method-assign] # FastAPI's own way to do it
    assert app.openapi_url is not None
    app.router.routes[:] = (route for route in app.routes if getattr(route, "path", None) != app.openapi_url)
    app.add_route(app.openapi_url, _Described(app).read, include_in_schema=False)
    app.add_route(f"{_ASSETS}/redoc.standalone.js", _read_redoc_script, include_in_schema=False)
    app.mount(_ASSETS, StaticFiles(directory=_FOLDER))
    app.include_router(_pages(app.title, app.openapi_url))


class _Described:
    """The OpenAPI document in bytes: made once, when somebody first asks for it, while others are answered."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._making = asyncio.Lock()
        self._written: bytes | None = None

    async def read(self, _: Request) -> Response:
        async with self._making:
            if self._written is None:
                self._written = await asyncio.to_thread(lambda: orjson.dumps(self._app.openapi()))
        return Response(self._written, media_type="application/json")


async def _read_redoc_script(_: Request) -> Response:
    """Redoc shows a logo of its makers, which it would fetch from them: ours stands in its place."""
    return Response(_redoc_script(), media_type="text/javascript")


@cache
def _redoc_script() -> str:
    return _FOREIGN_LOGO.sub(f"{_ASSETS}/favicon.png", (_FOLDER / "redoc.standalone.js").read_text("utf-8"))


def _pages(title: str, openapi_url: str) -> APIRouter:
    icon = f"{_ASSETS}/favicon.png"
    swagger = get_swagger_ui_html(
        openapi_url=openapi_url,
        title=title,
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=icon,
    )
    redoc = get_redoc_html(
        openapi_url=openapi_url,
        title=title,
        redoc_js_url=f"{_ASSETS}/redoc.standalone.js",
        redoc_favicon_url=icon,
        with_google_fonts=False,
    )
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def read_docs() -> HTMLResponse:
        return HTMLResponse(swagger.body, headers=_policy(swagger))

    @router.get("/redoc")
    async def read_redoc() -> HTMLResponse:
        return HTMLResponse(redoc.body, headers=_policy(redoc))

    return router


def _policy(page: HTMLResponse) -> dict[str, str]:
    """Only our own assets and the page's own inline scripts, by their hashes."""
    rules = (
        "default-src 'none'",
        f"script-src 'self' {digests(bytes(page.body).decode(), 'script')}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src blob:",
        "frame-ancestors 'none'",
    )
    return {"Content-Security-Policy": "; ".join(rules)}
