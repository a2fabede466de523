"""The server under the application: how it listens, whom it hangs up on, and how it stops."""

import asyncio
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.api.observed import Drain
from app.api.wire import WireProtocol
from app.base.errors import CannotStart
from app.base.settings import Settings

_KEEP_ALIVE_SECONDS = 75
_TICKS_A_SECOND = 10


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
        if counter % _TICKS_A_SECOND == 0:
            self.hang_up()
        return await super().on_tick(counter)

    def hang_up(self) -> None:
        """On whoever has asked nothing for too long since their last answer."""
        longest = asyncio.get_running_loop().time() - self.config.timeout_keep_alive
        for connection in list(self.server_state.connections):
            if isinstance(connection, WireProtocol) and connection.idle_since < longest:
                connection.transport.close()


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
