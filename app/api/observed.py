"""The outermost middleware: an id, one log line and one measurement per request, and headers on every answer."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import structlog
from opentelemetry.trace import Span, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.notes import Note, take_note
from app.api.problems import broken
from app.base.logging import REQUEST_ID
from app.base.metrics import InFlight, observe_request
from app.base.settings import Settings
from app.base.tracing import id_of, serving

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz"})
_UNLESS_SET = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=63072000")
_NAMES = frozenset(name for name, _ in (*_UNLESS_SET, _HTTPS_ONLY))
_CLOSE = (b"connection", b"close")
_log = structlog.get_logger("http")


@dataclass(slots=True)
class Drain:
    """Whether this process is about to stop: it still answers, but says so and keeps no connection."""

    draining: bool = False


class Observed:
    def __init__(self, app: ASGIApp, settings: Settings, drain: Drain) -> None:
        self._app = app
        self._origin = settings.origin
        self._drain = drain
        self._headers = (*_UNLESS_SET, _HTTPS_ONLY) if self._origin.startswith("https://") else _UNLESS_SET

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        note = take_note(scope)
        before = REQUEST_ID.set(note.request_id)
        # 499: the caller hung up, or the process stopped, before there was an answer.
        status = 499

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, note.begun = message["status"], True
                self._complete(message["headers"], note)
            await send(message)

        InFlight.count += 1
        with serving(note.traceparent, scope["method"]) as span:
            if span is not None:
                note.trace_id = id_of(span)
            try:
                await self._app(scope, receive, answer)
            except Exception as error:
                if note.begun:
                    raise
                await broken(scope, error, self._origin)(scope, receive, answer)
            finally:
                InFlight.count -= 1
                # Asked from within, it is no longer the request that what comes after belongs to.
                REQUEST_ID.reset(before)
                _report(scope, note, status, perf_counter() - begun)
                if span is not None:
                    _tell(span, scope, status)

    def _complete(self, headers: list[tuple[bytes, bytes]], note: Note) -> None:
        present = {name for name, _ in headers}
        if present.isdisjoint(_NAMES):
            headers += self._headers
        else:
            headers += [header for header in self._headers if header[0] not in present]
        headers.append((b"x-request-id", note.request_id.encode()))
        headers += note.rates
        if self._drain.draining and b"connection" not in present:
            headers.append(_CLOSE)


def _tell(span: Span, scope: Scope, status: int) -> None:
    """As OpenTelemetry names such things; the route's template here, too."""
    route = _route(scope)
    span.update_name(f"{scope['method']} {route}")
    span.set_attributes({"http.request.method": scope["method"], "http.route": route})
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path_format", None) or "unmatched"


def _report(scope: Scope, note: Note, status: int, seconds: float) -> None:
    """The route's template and never the path: a path may hold a person's address."""
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = _route(scope)
    observe_request(method, route, status, seconds)
    facts: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
    if note.trace_id is not None:
        facts["trace_id"] = note.trace_id
    if note.principal is not None:
        facts["principal"] = note.principal.key
        facts["provider"] = note.principal.provider
    if note.refusal is not None:
        facts["token"] = note.refusal
    facts["request_id"] = note.request_id
    if route in _PROBES:
        _log.debug("request", **facts)
    else:
        _log.info("request", **facts)
