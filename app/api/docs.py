"""The interactive documentation, served without any other host, and the OpenAPI document behind it."""

import base64
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from app.api.describing import describe
from app.api.problems import MEDIA_TYPE, TOKEN_PATH

_ASSETS = "/docs/assets"
_FOLDER = Path(fastapi_offline.__file__).parent / "static"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. Clients ignore members they do not know.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page about this code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["invalid"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer", "examples": ["/facts/topic"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "citations": {"type": "array", "items": {"type": "object"}},
        "request_id": {"type": "string"},
    },
}


def install(app: FastAPI) -> None:
    """Serve /docs, /redoc and the assets they need; let /openapi.json tell how requests fail."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes, tags=app.openapi_tags
            )
            app.openapi_schema = _with_problems(document)
            describe(app, app.openapi_schema)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
    assert app.openapi_url is not None
    app.mount(_ASSETS, StaticFiles(directory=_FOLDER))
    app.include_router(_pages(app.title, app.openapi_url))


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
    scripts = _INLINE_SCRIPT.findall(bytes(page.body).decode())
    hashes = " ".join(f"'sha256-{base64.b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts)
    rules = (
        "default-src 'none'",
        f"script-src 'self' {hashes}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src blob:",
        "frame-ancestors 'none'",
    )
    return {"Content-Security-Policy": "; ".join(rules)}


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """One `default` answer on every operation instead of the framework's own 422."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        "Problem": {"description": "What went wrong and what to do about it", "content": content}
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422")):
                del answers["422"]
            if path != TOKEN_PATH:
                answers.setdefault("default", {"$ref": "#/components/responses/Problem"})
    return document
