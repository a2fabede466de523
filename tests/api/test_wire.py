"""What goes over the wire of an answer, and whom the server hangs up on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.server import DeskServer, new_server
from app.api.wire import WireProtocol
from app.base.settings import Settings

GET = b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n"


class Line(asyncio.Transport):
    """A connection whose other end takes down each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""


Dial = Callable[[ASGIApp], tuple[WireProtocol, Line]]


@pytest.fixture
def server(shapes: FastAPI, settings: Settings) -> DeskServer:
    made: DeskServer = new_server(shapes, settings, lambda: None)
    made.config.load()
    return made


@pytest.fixture
def dial(server: DeskServer) -> Dial:
    def dialled(app: ASGIApp) -> tuple[WireProtocol, Line]:
        kind: Any = server.config.http_protocol_class
        protocol: WireProtocol = kind(config=server.config, server_state=server.server_state, app_state={})
        protocol.app = app
        line = Line()
        protocol.connection_made(line)
        return protocol, line

    return dialled


async def said(protocol: WireProtocol, line: Line, sent: bytes = GET) -> list[bytes]:
    protocol.data_received(sent)
    while protocol.tasks:
        await asyncio.sleep(0)
    writes, line.writes = line.writes, []
    return writes


async def test_an_answer_goes_out_in_one_piece(dial: Dial) -> None:
    protocol, line = dial(Response(b"all of it", headers={"X-One": "1"}))
    for _ in range(2):
        (whole,) = await said(protocol, line)
        assert whole == b"HTTP/1.1 200 OK\r\nx-one: 1\r\ncontent-length: 9\r\n\r\nall of it"
    assert not line.closed
    assert [piece[-9:] for piece in await said(protocol, line, GET * 2)] == [b"all of it"] * 2, "asked at once"


async def test_what_is_not_there_as_a_whole_goes_out_as_it_comes(dial: Dial) -> None:
    async def pieces() -> Any:
        yield b"some"
        yield b"more"

    stream = await said(*dial(StreamingResponse(pieces())))
    assert b"".join(stream).endswith(b"transfer-encoding: chunked\r\n\r\n4\r\nsome\r\n4\r\nmore\r\n0\r\n\r\n")
    head = await said(*dial(Response(b"all")), GET.replace(b"GET", b"HEAD"))
    assert b"".join(head) == b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"
    nothing = await said(*dial(Response(status_code=204)))
    assert b"".join(nothing) == b"HTTP/1.1 204 No Content\r\n\r\n"
    protocol, line = dial(Response(b"bye"))
    last = await said(protocol, line, GET.replace(b"1.1", b"1.0"))
    assert b"".join(last) == b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbye"
    assert line.closed


@pytest.mark.parametrize("header", [(b"x", b"a\r\nset-cookie: b"), (b"x\ny", b"a"), (b"x", b"\x00")])
async def test_a_header_cannot_begin_another(dial: Dial, header: tuple[bytes, bytes]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [header, (b"content-length", b"1")]})
        await send({"type": "http.response.body", "body": b"a"})

    protocol, line = dial(app)
    assert header[1] not in b"".join(await said(protocol, line))


async def test_what_fails_between_head_and_body_is_hung_up_on(dial: Dial) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    protocol, line = dial(app)
    assert await said(protocol, line) == []
    assert line.closed


async def test_who_asks_nothing_for_long_is_hung_up_on(server: DeskServer, dial: Dial) -> None:
    release = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await Response(b"a")(scope, receive, send)

    (idle, first), (asking, second) = dial(Response(b"a")), dial(slow)

    async def hung_up_at(tick: int) -> tuple[bool, bool]:
        await server.on_tick(tick)
        return first.closed, second.closed

    await said(idle, first)
    assert await hung_up_at(0) == (False, False), "they may ask more"
    asking.data_received(GET)
    server.config.timeout_keep_alive = -1
    assert await hung_up_at(1) == (False, False), "they are looked at once a second"
    assert await hung_up_at(10) == (True, False), "one has not been answered yet"
    release.set()
    while asking.tasks:
        await asyncio.sleep(0)
    assert await hung_up_at(20) == (True, True)
