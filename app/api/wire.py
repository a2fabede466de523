"""Requests and answers as bytes: what is no request is answered too, and an answer goes out in one piece."""

from asyncio import Event
from math import inf
from secrets import token_hex
from typing import Any, Final
from urllib.parse import unquote

import orjson
from httptools import parse_url
from uvicorn._types import ASGISendEvent, HTTPResponseStartEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.base.errors import CODES

# Head, trailers and chunk marks of one request; the parser itself would collect them without end.
_MOST_FRAMING: Final = 512 * 1024
_CONTROLS: Final = bytes((*range(0x20), 0x7F))
_LINE: Final = b": ".join
_NOT_LEFT_TO_US: Final = frozenset((b"connection", b"transfer-encoding"))


class WireProtocol(HttpToolsProtocol):
    """Answers bytes that are not HTTP with a problem too, bounds what a request wraps its body in, drops trailers."""

    origin = ""
    idle_since = inf
    """By the loop's time, while it waits for another request: whoever looks ends what has waited for too long.

    A timer for each answer, as the base has it, is stopped by the next request nearly always.
    """
    _framing = 0

    def data_received(self, data: bytes) -> None:
        self.idle_since = inf
        self._framing += len(data)
        super().data_received(data)
        if self._framing > _MOST_FRAMING and not self.transport.is_closing():
            self._refuse("headers_too_large")

    def on_headers_complete(self) -> None:
        """As the base does, with a cycle of ours; of what it could do besides, this server does nothing."""
        scope, parser = self.scope, self.parser
        before: RequestResponseCycle | None = self.cycle
        version = parser.get_http_version()
        url = parse_url(self.url)
        path = url.path.decode("ascii")
        scope["http_version"] = version
        scope["method"] = parser.get_method().decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""
        self.cycle = Cycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        # A trailer arrives after the head was checked; it must not pass for a header, and nobody reads this list.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._framing -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._framing = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.idle_since = self.loop.time()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the base names it
        self._refuse("bad_request")

    def _refuse(self, name: str) -> None:
        code, request_id = CODES[name], token_hex(16)
        problem = {
            "type": f"{self.origin}/problems/{name}",
            "title": code.title,
            "status": code.status,
            "detail": code.remedy,
            "code": name,
            "request_id": request_id,
        }
        body = orjson.dumps(problem)
        head = (
            f"HTTP/1.1 {code.status} {code.title}\r\n"
            "content-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\n"
            f"x-request-id: {request_id}\r\n"
            "cache-control: no-store\r\n"
            "x-content-type-options: nosniff\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class Cycle(RequestResponseCycle):
    """A request and its answer, whose head waits for the body: each of two writes would be a call of the kernel."""

    _start: HTTPResponseStartEvent | None = None

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start" and not self.response_started:
            self.response_started = True
            self.waiting_for_100_continue = False
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if (whole := self._whole(start, message)) is not None:
                self.transport.write(whole)
                self.response_complete = True
                self.message_event.set()
                self.on_response()
                return
            self.response_started = False
            await super().send(start)
        await super().send(message)

    def _whole(self, start: HTTPResponseStartEvent, message: Any) -> bytes | None:
        """The usual answer: all there, of the length that it tells, on a connection that goes on. None: another one."""
        body = message.get("body", b"")
        headers = [*self.default_headers, *start["headers"]]
        named = dict(headers)
        if (
            named.get(b"content-length") != b"%d" % len(body)
            or message.get("more_body", False)
            or not _NOT_LEFT_TO_US.isdisjoint(named)
            or not self.keep_alive
            or self.disconnected
            or self.flow.write_paused
            or self.scope["method"] == "HEAD"
        ):
            return None
        lines = b"\r\n".join(map(_LINE, headers))
        if len(lines.translate(None, _CONTROLS)) != len(lines) - 2 * (len(headers) - 1):
            return None  # a header that breaks its line is refused
        return b"%b%b\r\n\r\n%b" % (STATUS_LINE[start["status"]], lines, body)
