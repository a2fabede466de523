"""How the process starts, and how it stops without losing a caller."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest
from fastapi import FastAPI
from uvicorn import Server

from app.api.server import bound_socket, new_server
from app.base.errors import CannotStart
from app.base.settings import Settings

Serve = Callable[[float], Awaitable[tuple[Server, asyncio.Task[None], tuple[str, int]]]]
"""By the seconds that it waits before it stops: a server that has started, its task, and its address."""


@pytest.fixture
async def serve(shapes: FastAPI, settings: Settings) -> AsyncIterator[Serve]:
    async def begun(drain_seconds: float) -> tuple[Server, asyncio.Task[None], tuple[str, int]]:
        started, listener = asyncio.Event(), bound_socket("127.0.0.1", 0)
        server = new_server(shapes, settings.model_copy(update={"drain_seconds": drain_seconds}), started.set)
        running = asyncio.create_task(server._serve([listener]))
        await started.wait()
        return server, running, listener.getsockname()

    yield begun
    shapes.state.drain.draining = False


async def test_sigterm_is_announced_before_the_door_closes(serve: Serve) -> None:
    server, running, address = await serve(0.5)
    url = f"http://127.0.0.1:{address[1]}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as caller:
        assert "connection" not in (await caller.get("/healthz")).headers
        server.handle_exit(signal.SIGTERM, None)
        ready = await caller.get("/readyz")
        assert (ready.status_code, ready.headers["connection"]) == (503, "close")
        assert (await caller.get("/healthz")).headers["connection"] == "close"
        await asyncio.wait_for(running, 5)
        with pytest.raises(httpx2.ConnectError):
            await caller.get("/healthz")


async def test_a_process_that_turned_callers_away_beforehand_goes_on_until_sigterm_and_then_stops_at_once(
    serve: Serve,
) -> None:
    server, running, address = await serve(300)
    url = f"http://127.0.0.1:{address[1]}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as caller:
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.sleep(0.01)
        assert (await caller.get("/readyz")).status_code == 503
        assert (await caller.get("/healthz")).headers["connection"] == "close"
        assert not running.done()
        server.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(running, 5)


async def test_a_probe_by_head_gets_the_head_of_the_answer_and_the_connection_goes_on(
    serve: Serve,
) -> None:
    server, running, address = await serve(0)
    try:
        reader, writer = await asyncio.open_connection(*address)
        asked = ("HEAD /healthz", "HEAD /v1/shapes?limit=0", "HEAD /docs", "HEAD /v1/oauth/token", "GET /healthz")
        writer.writelines(f"{one} HTTP/1.1\r\nHost: desk.example\r\n\r\n".encode() for one in asked)
        heads = [(await reader.readuntil(b"\r\n\r\n")).decode() for _ in asked]
        assert [head.split()[1] for head in heads] == ["200", "422", "200", "405", "200"]
        assert all("\r\ncontent-length: " in head for head in heads)
        assert "\r\nallow: POST\r\n" in heads[3]
        assert await reader.readexactly(18) == b'{"status":"alive"}', "of GET alone is there a body"
        writer.close()
    finally:
        server.handle_exit(signal.SIGTERM, None)
        await asyncio.wait_for(running, 5)


async def test_sigint_stops_at_once(serve: Serve) -> None:
    server, running, _ = await serve(300)
    server.handle_exit(signal.SIGTERM, None)
    server.handle_exit(signal.SIGTERM, None)
    await asyncio.wait_for(running, 5)


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Cannot listen on 127\.0\.0\.1:{port} .+ CLAUSEDESK_PORT\.$"):
            bound_socket("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "::ffff:203.0.113.7"])
def test_an_address_that_is_not_ours_is_said_in_one_sentence(host: str) -> None:
    with pytest.raises(CannotStart, match="Cannot listen on"):
        bound_socket(host, 8080)
