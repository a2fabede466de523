"""The edge guard: what reaches the application has a readable head and a whole body of a known kind and size."""

import asyncio
import re
from dataclasses import dataclass
from itertools import chain
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.notes import note_of, only_header
from app.api.problems import TOKEN_PATH, rendered
from app.base.errors import Problem
from app.base.settings import Settings

_LONGEST_TARGET = 8 * 1024
_LARGEST_HEADERS = 16 * 1024
_MOST_HEADERS = 100
# How much of a refused body is read before the answer: closing on unread bytes would reset the connection and lose it.
_DRAINED_BYTES = 4 * 1024 * 1024
_DRAINED_SECONDS = 2.0
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_PLAIN = re.compile(rb"[\x20-\x24\x26-\x7e]*")
_HOST = re.compile(rb"[A-Za-z0-9._~\[\]:-]{1,255}")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_UTF8 = ("utf-8", "utf8")


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What a path takes: media types, and at most so many bytes (None: the setting for JSON)."""

    media_types: tuple[str, ...]
    largest: int | None = None
    streamed: bool = False
    """It is handed on as it arrives, for files that no process should hold in memory."""


UNSUBSCRIBE_PATH = "/unsubscribe"
_JSON = BodyRule(("application/json",))
_PATCH = BodyRule(("application/merge-patch+json", "application/json"))
BODIES: dict[str, BodyRule] = {
    TOKEN_PATH: BodyRule(("application/x-www-form-urlencoded",), 64 * 1024),
    UNSUBSCRIBE_PATH: BodyRule(("application/x-www-form-urlencoded", "multipart/form-data"), 64 * 1024),
    "/v1/attachments": BodyRule(("multipart/form-data",), streamed=True),
    "/v1/imports": BodyRule(("text/csv", "application/x-ndjson", "application/jsonl"), 16 * 1024 * 1024),
    "/v1/inbound/email": BodyRule(("message/rfc822",), 48 * 1024 * 1024),
}


# The boundaries and headers of a form around the one file in it.
_FORM_BYTES = 64 * 1024


class EdgeGuard:
    """Reads each body whole (it is bounded), so that every refusal is answered after the caller has sent it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._largest_json = settings.max_body_bytes
        self._largest_form = settings.max_attachment_bytes + _FORM_BYTES
        self._timeout = settings.body_timeout_seconds
        self._origin = settings.origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = _body_length(scope)
        if length != 0:
            await self._with_body(scope, receive, send, length)
        elif (refusal := _head_problem(scope)) is not None:
            await self._refuse(scope, receive, send, refusal)
        else:
            await self._app(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send, length: int | None) -> None:
        rule = BODIES.get(scope["path"]) or (_PATCH if scope["method"] == "PATCH" else _JSON)
        limit = rule.largest or (self._largest_form if rule.streamed else self._largest_json)
        refusal = _head_problem(scope) or _media_problem(scope, rule)
        if refusal is None and length is not None and length > limit:
            refusal = _too_large(limit)
        if refusal is not None:
            if not _waits_to_send(scope):
                await _drain(receive)
            await self._refuse(scope, receive, send, refusal)
            return
        if rule.streamed:
            await self._hand_on(scope, receive, send, limit)
            return
        try:
            come = _come_already(receive)
            if come is not None and not come.get("more_body", False):
                body = _bounded(come, limit)
            else:
                async with asyncio.timeout(self._timeout):
                    body = await _collect(come, receive, limit)
        except TimeoutError:
            await self._refuse(scope, receive, send, Problem("request_timeout", headers={"Connection": "close"}))
            return
        except Problem as problem:
            await self._refuse(scope, receive, send, problem)
            return
        if body is not None:
            note_of(scope).body = body
            await self._app(scope, receive, send)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        arriving = _Arriving(receive, limit, self._timeout, expected=not _waits_to_send(scope))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and arriving.expected:
                await _drain(receive)
            await send(message)

        await self._app(scope, arriving.receive, answer)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
        await rendered(scope, problem, self._origin)(scope, receive, send)


def _waits_to_send(scope: Scope) -> bool:
    """A caller that asked for `100 Continue` has not begun."""
    return b"expect" in note_of(scope).headers


class _Arriving:
    """A body within its bounds of size and time; the Problem is raised to whoever reads it."""

    def __init__(self, receive: Receive, limit: int, seconds: float, *, expected: bool) -> None:
        self.expected = expected
        """Whether more of it is on its way."""
        self._receive = receive
        self._limit = limit
        self._left = limit
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def receive(self) -> Message:
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise Problem("request_timeout", headers={"Connection": "close"}) from None
        self._left -= len(message.get("body", b""))
        self.expected = message.get("more_body", False)
        if self._left < 0:
            raise _too_large(self._limit)
        return message


def _body_length(scope: Scope) -> int | None:
    """The announced length; 0 without a body, None when only reading tells."""
    headers = note_of(scope).headers
    if b"transfer-encoding" in headers:
        return None
    length = headers.get(b"content-length")
    if length is None:
        return 0
    return int(length) if _LENGTH.fullmatch(length) else None


def _head_problem(scope: Scope) -> Problem | None:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(raw_path) + len(query) > _LONGEST_TARGET:
        return Problem("uri_too_long")
    if not (_readable(raw_path) and _readable(query)):
        return Problem("bad_request", "The path and query must be percent-encoded UTF-8 without control characters.")
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if (
        len(headers) > _MOST_HEADERS
        or sum(map(len, chain.from_iterable(headers))) + 4 * len(headers) > _LARGEST_HEADERS
    ):
        return Problem("headers_too_large", f"At most {_MOST_HEADERS} headers of {_LARGEST_HEADERS} bytes in all.")
    host = only_header(scope, b"host")
    if host is None or not _HOST.fullmatch(host):
        return Problem("bad_request", "Exactly one Host header is needed.")
    return None


def _readable(target: bytes) -> bool:
    return _PLAIN.fullmatch(target) is not None or _means_something(target)


def _means_something(target: bytes) -> bool:
    """Whether it is text without control characters when its escapes are read."""
    if not target.isascii():
        return False
    meant = unquote_to_bytes(target)
    try:
        meant.decode()
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(meant) is None


def _media_problem(scope: Scope, rule: BodyRule) -> Problem | None:
    if b"content-encoding" in note_of(scope).headers:
        encoding = only_header(scope, b"content-encoding")
        if encoding is None or encoding.strip().lower() != b"identity":
            return _unsupported(rule, "Send the body without Content-Encoding.")
    told = only_header(scope, b"content-type")
    if told is None:
        return _unsupported(rule)
    kind, *parameters = told.decode("latin-1").split(";")
    if kind.strip().lower() not in rule.media_types:
        return _unsupported(rule)
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip().lower() == "charset" and text.strip().strip('"').lower() not in _UTF8:
            return _unsupported(rule, "Send the body in UTF-8.")
    return None


def _unsupported(rule: BodyRule, detail: str = "") -> Problem:
    accepted = ", ".join(rule.media_types)
    return Problem("unsupported_media_type", detail or f"This path takes {accepted}.", headers={"Accept": accepted})


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"A body here may have at most {limit} bytes.")


def _come_already(receive: Receive) -> Message | None:
    """What came with the head, mostly the whole body; None: it has to be waited for, and is to be asked for again.

    Whoever asks for what is there is not put to sleep, so that nothing need be set to wake them.
    """
    asked = receive().__await__()
    try:
        next(asked)
    except StopIteration as come:
        message: Message = come.value
        return message
    asked.close()
    return None


def _bounded(message: Message, limit: int) -> bytes | None:
    """A body that is one piece; None when the caller hung up."""
    if message["type"] == "http.disconnect":
        return None
    body: bytes = message.get("body", b"")
    if len(body) > limit:
        raise _too_large(limit)
    return body


async def _collect(first: Message | None, receive: Receive, limit: int) -> bytes | None:
    """The whole body, of which `first` has come; None when the caller hung up."""
    parts: list[bytes] = []
    size = 0
    while True:
        message, first = first or await receive(), None
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        more = message.get("more_body", False)
        if size > limit:
            if more:
                await _drain(receive)
            raise _too_large(limit)
        parts.append(part)
        if not more:
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _drain(receive: Receive) -> None:
    """Let the caller finish sending, within bounds."""
    left = _DRAINED_BYTES
    try:
        async with asyncio.timeout(_DRAINED_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
