"""The server under the application: what happens to bytes that are no request, and how it stops."""

import asyncio
import signal
import socket
from collections.abc import Callable
from secrets import token_hex
from time import monotonic
from types import FrameType
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.observed import Drain
from app.base.errors import CODES, CannotStart
from app.base.settings import Settings

# Head, trailers and chunk marks of one request; the parser itself would collect them without end.
_MOST_FRAMING = 512 * 1024
_KEEP_ALIVE_SECONDS = 75


class WireProtocol(HttpToolsProtocol):
    """Answers bytes that are not HTTP with a problem too, bounds what a request wraps its body in, drops trailers."""

    origin = ""
    _framing = 0

    def data_received(self, data: bytes) -> None:
        self._framing += len(data)
        super().data_received(data)
        if self._framing > _MOST_FRAMING and not self.transport.is_closing():
            self._refuse("headers_too_large")

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        # A trailer arrives after the head was checked; it must not pass for a header, and nobody reads this list.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._framing -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._framing = 0
        super().on_message_complete()

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


class DeskServer(uvicorn.Server):
    """Stops in two steps on SIGTERM: first it says that it will, so that nobody comes any more, then it does.

    SIGUSR1 is the first step alone; SIGTERM after it, SIGINT, or a second SIGTERM is the second one at once. Either way
    the process ends with exit code 0.
    """

    def __init__(
        self, config: uvicorn.Config, drain: Drain, drain_seconds: float, announce: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._drain = drain
        self._drain_seconds = drain_seconds
        self._announce = announce
        self._stop_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except OSError as error:
            raise _cannot_listen(self.config.host, self.config.port, error) from None
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.turn_away)
        self._announce()

    def turn_away(self) -> None:
        """Say that it will stop, and go on until it is told to."""
        self._drain.draining = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the base names it
        first = not self._drain.draining
        self._drain.draining = True
        if first and sig == signal.SIGTERM and self._drain_seconds > 0:
            self._stop_at = monotonic() + self._drain_seconds
        elif self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        else:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._stop_at is not None and monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)


def bound_socket(host: str, port: int) -> socket.socket:
    """The address, taken but not yet listened on: callers are refused until the service is ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def new_server(app: FastAPI, settings: Settings, announce: Callable[[], None]) -> DeskServer:
    protocol: Any = type("Protocol", (WireProtocol,), {"origin": settings.origin})
    config = uvicorn.Config(
        app,
        http=protocol,
        host=settings.host,
        port=settings.port,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
    )
    return DeskServer(config, app.state.drain, settings.drain_seconds, announce)


def _cannot_listen(host: str, port: int, error: OSError) -> CannotStart:
    return CannotStart(
        f"Cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or choose another address with "
        "--host and --port (`make run PORT=8081`), or CLAUSEDESK_HOST and CLAUSEDESK_PORT."
    )
