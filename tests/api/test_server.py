"""How the process starts, and how it stops without losing a caller."""

import asyncio
import os
import signal
import socket
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.api.server import Answer, _plain_head, bound_socket, new_server
from app.base.errors import CannotStart
from app.base.settings import Settings


async def test_sigterm_is_announced_before_the_door_closes(shapes: FastAPI, settings: Settings) -> None:
    started = asyncio.Event()
    listener = bound_socket("127.0.0.1", 0)
    server = new_server(shapes, settings.model_copy(update={"drain_seconds": 0.5}), started.set)
    running = asyncio.create_task(server._serve([listener]))
    await started.wait()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as caller:
            assert "connection" not in (await caller.get("/healthz")).headers
            server.handle_exit(signal.SIGTERM, None)
            ready = await caller.get("/readyz")
            assert (ready.status_code, ready.headers["connection"]) == (503, "close")
            assert (await caller.get("/healthz")).headers["connection"] == "close"
            await asyncio.wait_for(running, 5)
            with pytest.raises(httpx2.ConnectError):
                await caller.get("/healthz")
    finally:
        shapes.state.drain.draining = False


async def test_a_process_that_turned_callers_away_beforehand_goes_on_until_sigterm_and_then_stops_at_once(
    shapes: FastAPI, settings: Settings
) -> None:
    started = asyncio.Event()
    listener = bound_socket("127.0.0.1", 0)
    server = new_server(shapes, settings.model_copy(update={"drain_seconds": 300}), started.set)
    running = asyncio.create_task(server._serve([listener]))
    await started.wait()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as caller:
            os.kill(os.getpid(), signal.SIGUSR1)
            await asyncio.sleep(0.01)
            assert (await caller.get("/readyz")).status_code == 503
            assert (await caller.get("/healthz")).headers["connection"] == "close"
            assert not running.done()
            server.handle_exit(signal.SIGTERM, None)
            await asyncio.wait_for(running, 5)
    finally:
        shapes.state.drain.draining = False


async def test_sigint_stops_at_once(shapes: FastAPI, settings: Settings) -> None:
    started = asyncio.Event()
    server = new_server(shapes, settings.model_copy(update={"drain_seconds": 300}), started.set)
    running = asyncio.create_task(server._serve([bound_socket("127.0.0.1", 0)]))
    await started.wait()
    try:
        server.handle_exit(signal.SIGTERM, None)
        server.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(running, 5)
    finally:
        shapes.state.drain.draining = False


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Cannot listen on 127\.0\.0\.1:{port} .+ CLAUSEDESK_PORT\.$"):
            bound_socket("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "::ffff:203.0.113.7"])
def test_an_address_that_is_not_ours_is_said_in_one_sentence(host: str) -> None:
    with pytest.raises(CannotStart, match="Cannot listen on"):
        bound_socket(host, 8080)


NAMES = st.sampled_from([b"etag", b"x-request-id", b"vary", b"content-length", b"connection", b"transfer-encoding"])
VALUES = st.sampled_from([b"7", b"0", b"close", b"chunked", b"a, b", b"\xe9", b"a\tb"])


class Told:
    """What is written, to nobody."""

    write_paused = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.written.append(b"(closed)")


def written(
    cycle: type[RequestResponseCycle], method: str, keep_alive: bool, headers: list[tuple[bytes, bytes]], status: int
) -> object:
    """The bytes of an answer of seven letters, or of none; the error where it cannot be sent."""
    wire: Any = Told()
    answer = cycle(
        *({"type": "http", "method": method}, wire, wire, None, None, False, [(b"date", b"today")], asyncio.Event()),  # type: ignore[arg-type] # as far as it is looked at
        expect_100_continue=True,
        keep_alive=keep_alive,
        on_response=lambda: wire.write(b"(done)"),
    )
    body = b"" if (b"content-length", b"0") in headers else b"letters"
    try:
        for message in (
            {"type": "http.response.start", "status": status, "headers": headers},
            {"type": "http.response.body", "body": body},
        ):
            with pytest.raises(StopIteration):  # it waits for nothing
                answer.send(message).send(None)  # type: ignore[arg-type] # a message
    except (RuntimeError, ValueError) as error:
        return str(error)
    return b"".join(wire.written), answer.waiting_for_100_continue, answer.response_complete


@given(
    st.sampled_from(["GET", "HEAD"]),
    st.booleans(),
    st.lists(st.tuples(NAMES | st.binary(max_size=3), VALUES | st.binary(max_size=3)), max_size=4),
    st.booleans(),
    st.sampled_from([200, 204, 304, 503, 599]),
)
def test_a_head_is_written_and_refused_as_the_server_does_it(
    method: str, keep_alive: bool, headers: list[tuple[bytes, bytes]], told: bool, status: int
) -> None:
    if told:
        headers = [(b"content-length", b"7"), *headers]
    ours, theirs = (written(cycle, method, keep_alive, headers, status) for cycle in (Answer, RequestResponseCycle))
    assert ours == theirs


@pytest.mark.parametrize(
    "header",
    [(b"x-y", b"a\r\nb: c"), (b"x-y", b"a\nb"), (b"x y", b"a"), (b"x\r\ny", b"a"), (b"x:y", b"a"), (b"X-Y", b"a")],
)
def test_no_header_becomes_two(header: tuple[bytes, bytes]) -> None:
    sound = [(b"content-length", b"7"), (b"etag", b'"1"')]
    assert _plain_head(200, sound) == (7, b'HTTP/1.1 200 OK\r\ncontent-length: 7\r\netag: "1"')
    assert _plain_head(200, [*sound, header]) is None
