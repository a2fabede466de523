"""Problems on the wire (RFC 9457): how each one is written, and the page that its `type` names."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any, Final

import orjson
import structlog
import yaml
from fastapi import APIRouter, Header
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.inline import digests
from app.api.notes import note_of
from app.api.routing import allowed_methods
from app.base.errors import CODES, Problem
from app.base.logging import where
from app.base.reasons import REASONS
from app.schemas.faults import faults_of

MEDIA_TYPE = "application/problem+json"
TOKEN_PATH = "/v1/oauth/token"  # noqa: S105 - a path
_WEB = Path(__file__).parents[1] / "web"
_PAGE = Template((_WEB / "problem.html").read_text("utf-8"))
_PAGE_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src {digests(_PAGE.template, 'style')}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
}
EXPLAINED: Final[Mapping[str, Mapping[str, str]]] = yaml.safe_load((_WEB / "problems.yaml").read_text("utf-8"))
"""By code: what happened, and perhaps more on what to do."""
_DECIDED = "<p>The support policy decided this: <code>citations</code> in the answer name its clauses.</p>"
_OF_STATUS = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    413: "too_large",
    415: "unsupported_media_type",
}
_CODE = re.compile(r"`([^`]+)`")
_NO_ADDRESS = "Nothing answers at this address: /docs lists all there are, `allowed_actions` those of a ticket."
_log = structlog.get_logger()

router = APIRouter(prefix="/problems", include_in_schema=False)


def rendered(scope: Scope, problem: Problem, origin: str) -> Response:
    """The answer for a problem; the token endpoint speaks RFC 6749 instead."""
    code = CODES[problem.code]
    headers = dict(problem.headers)
    status = problem.status
    if status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if status == 503:
        headers.setdefault("Retry-After", "1")
    if scope["path"] == TOKEN_PATH:
        return _oauth_error(status, problem.detail or code.title, headers)
    body: dict[str, Any] = {
        "type": f"{origin}/problems/{problem.code}",
        "title": code.title,
        "status": status,
        "detail": problem.detail or code.remedy,
        "code": problem.code,
    }
    if problem.errors:
        body["errors"] = [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in problem.errors]
    if problem.citations:
        body["citations"] = [dict(citation) for citation in problem.citations]
    body["request_id"] = note_of(scope).request_id
    return Response(orjson.dumps(body, default=str), status, headers, MEDIA_TYPE)


def broken(scope: Scope, error: Exception, origin: str) -> Response:
    """The answer for an exception nobody foresaw; the log names its type and place, never its text."""
    _log.error("unhandled", error=type(error).__qualname__, at=where(error))
    return rendered(scope, Problem("internal"), origin)


class Problems:
    """Lets every way a request can fail end in a problem, unless its answer has begun."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (Problem, RequestValidationError, HTTPException) as error:
            if note_of(scope).begun:
                raise
            await rendered(scope, _problem_of(error, scope), self._origin)(scope, receive, send)


def _problem_of(error: Problem | RequestValidationError | HTTPException, scope: Scope) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Problem("invalid", errors=faults_of(error.errors(), error.body))
        case HTTPException(status_code=404):
            return Problem("not_found", _NO_ADDRESS)
        case HTTPException(status_code=405):
            return Problem("method_not_allowed", headers={"Allow": ", ".join(allowed_methods(scope["app"], scope))})
    code = _OF_STATUS.get(error.status_code, "bad_request" if error.status_code < 500 else "internal")
    return Problem(code, headers=error.headers or {})


@router.get("/{code}")
async def read_problem(code: str, accept: Annotated[str, Header()] = "") -> Response:
    """What a problem's `type` leads to: its meaning and what to do about it."""
    entry = CODES.get(code)
    if entry is None:
        raise Problem("not_found")
    words = {"code": code, "title": entry.title, "remedy": entry.remedy, "more": "", **EXPLAINED[code]}
    if "text/html" in accept:
        shown = {name: _CODE.sub(r"<code>\1</code>", escape(text)) for name, text in words.items()}
        decided = _DECIDED if code in REASONS else ""
        return HTMLResponse(_PAGE.substitute(shown, status=entry.status, decided=decided), headers=_PAGE_HEADERS)
    return JSONResponse({**words, "status": entry.status})


def _oauth_error(status: int, description: str, headers: Mapping[str, str]) -> Response:
    if status == 401:
        error = "invalid_client"
    elif status >= 500 or status == 429:
        error = "temporarily_unavailable"
    else:
        error = "invalid_request"
    body = orjson.dumps({"error": error, "error_description": description})
    return Response(body, status, {**headers, "Cache-Control": "no-store"}, "application/json")
