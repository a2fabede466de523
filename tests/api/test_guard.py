"""Raw bytes at the door, over a real socket: whatever comes, the answer is a problem and never a 5xx."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.api.guard import EdgeGuard
from app.api.observed import Drain, Observed
from app.api.server import DeskServer, bound_socket, new_server
from app.base.settings import Settings

Address = tuple[str, int]
GOOD = b'{"text": "a"}'


@pytest.fixture(scope="module")
async def address(shapes: FastAPI, settings: Settings) -> AsyncIterator[Address]:
    started = asyncio.Event()
    listener = bound_socket("127.0.0.1", 0)
    server: DeskServer = new_server(shapes, settings, started.set)
    task = asyncio.create_task(server._serve([listener]))
    await started.wait()
    yield listener.getsockname()
    server.should_exit = True
    await task


async def answer_to(address: Address, *parts: bytes, pause: float = 0) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the first answer to these bytes."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")[:-2]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, body
    finally:
        writer.close()


def request(
    head: str = "", body: bytes = b"", *, line: str = "POST /v1/shapes HTTP/1.1", host: str = "Host: desk\r\n"
) -> bytes:
    return f"{line}\r\n{host}{head}\r\n".encode("latin-1") + body


def sent(body: bytes, *headers: str) -> bytes:
    return request("".join(f"{h}\r\n" for h in (*headers, f"Content-Length: {len(body)}")), body)


def chunked(*chunks: bytes, trailer: bytes = b"") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailer + b"\r\n"


def upload(body: bytes, kind: str) -> bytes:
    head = f"{kind}\r\nContent-Length: {len(body)}\r\n"
    return request(head, body, line="POST /v1/attachments HTTP/1.1")


GET = "GET /v1/shapes"
TYPE = "Content-Type: application/json"
FORM = "Content-Type: multipart/form-data; boundary=x"
CHUNKS = f"{TYPE}\r\nTransfer-Encoding: chunked\r\n"
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"),
    "a line without a version": (b"GET /\r\n\r\n", 400, "bad_request"),
    "a raw byte in the path": (request(line="GET /v1/\xff HTTP/1.1"), 400, "bad_request"),
    "no Host": (request(line=f"{GET} HTTP/1.1", host=""), 400, "bad_request"),
    "two Hosts": (request("Host: other\r\n", line=f"{GET} HTTP/1.1"), 400, "bad_request"),
    "an odd Host": (request(line=f"{GET} HTTP/1.1", host="Host: a b\r\n"), 400, "bad_request"),
    "bad UTF-8 in the path": (request(line="GET /v1/shapes/%ff HTTP/1.1"), 400, "bad_request"),
    "an overlong slash": (request(line="GET /v1/%c0%af HTTP/1.1"), 400, "bad_request"),
    "NUL in the path": (request(line="GET /v1/shapes/%00 HTTP/1.1"), 400, "bad_request"),
    "a line break in the path": (request(line="GET /v1/%0d%0aX:%20y HTTP/1.1"), 400, "bad_request"),
    "bad UTF-8 in the query": (request(line=f"{GET}?colour=%ed%a0%80 HTTP/1.1"), 400, "bad_request"),
    "NUL in the query": (request(line=f"{GET}?colour=%00 HTTP/1.1"), 400, "bad_request"),
    "a long address": (request(line=f"{GET}?colour={'a' * 9000} HTTP/1.1"), 414, "uri_too_long"),
    "100 kB of headers": (request(f"X: {'a' * 100_000}\r\n", line=f"{GET} HTTP/1.1"), 431, "headers_too_large"),
    "101 headers": (request("X: 1\r\n" * 101, line=f"{GET} HTTP/1.1"), 431, "headers_too_large"),
    "NUL in a header": (request("X: a\x00b\r\n", line=f"{GET} HTTP/1.1"), 400, "bad_request"),
    "two lengths": (request("Content-Length: 1\r\nContent-Length: 2\r\n", b"ab"), 400, "bad_request"),
    "a length and chunks": (request("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", b"a"), 400, "bad_request"),
    "a negative length": (request("Content-Length: -1\r\n"), 400, "bad_request"),
    "no media type": (sent(GOOD), 415, "unsupported_media_type"),
    "two media types": (sent(GOOD, TYPE, TYPE), 415, "unsupported_media_type"),
    "a form": (sent(b"a=b", "Content-Type: application/x-www-form-urlencoded"), 415, "unsupported_media_type"),
    "plain text": (sent(GOOD, "Content-Type: text/plain"), 415, "unsupported_media_type"),
    "another charset": (sent(GOOD, f"{TYPE}; charset=latin-1"), 415, "unsupported_media_type"),
    "a charset that is none": (sent(GOOD, f"{TYPE}; charset=bogus"), 415, "unsupported_media_type"),
    "a compressed body": (sent(GOOD, TYPE, "Content-Encoding: gzip"), 415, "unsupported_media_type"),
    "a large body": (sent(b" " * 20_001, TYPE), 413, "too_large"),
    "a very large body": (sent(b" " * 3_000_000, TYPE), 413, "too_large"),
    "a large body in chunks": (request(CHUNKS, chunked(*[b" " * 5_000] * 5)), 413, "too_large"),
    "a file from nobody": (upload(b"a" * 300_000, FORM), 401, "unauthenticated"),
    "a file without its form": (upload(b"a" * 300_000, TYPE), 415, "unsupported_media_type"),
    "a large body of another type": (sent(b" " * 3_000_000, "Content-Type: text/plain"), 415, "unsupported_media_type"),
}  # fmt: skip


@pytest.mark.parametrize(("sending", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_read_is_a_problem(address: Address, sending: bytes, status: int, code: str) -> None:
    got, headers, body = await answer_to(address, sending)
    assert (got, json.loads(body)["code"]) == (status, code), body
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == json.loads(body)["request_id"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", 'application/json;charset="UTF-8"']
)
async def test_json_in_utf_8_is_taken(address: Address, kind: str) -> None:
    status, _, body = await answer_to(address, sent(GOOD, f"Content-Type: {kind}"))
    assert status == 201, body


async def test_a_body_in_chunks_is_taken(address: Address) -> None:
    status, _, body = await answer_to(address, request(CHUNKS, chunked(b'{"te', b'xt": ', b'"a"}')))
    assert status == 201, body


async def test_a_body_may_come_after_its_head_and_in_pieces(address: Address) -> None:
    head = sent(GOOD, TYPE)[: -len(GOOD)]
    for pieces in ((head, GOOD), (head + GOOD[:5], GOOD[5:]), (head, GOOD[:5], GOOD[5:])):
        status, _, body = await answer_to(address, *pieces, pause=0.01)
        assert status == 201, body
    status, _, body = await answer_to(address, head, b" " * len(GOOD), pause=0.01)
    assert (status, json.loads(body)["code"]) == (400, "malformed_json")


async def test_a_trailer_is_not_a_header(address: Address) -> None:
    sending = request(CHUNKS, chunked(GOOD, trailer=b"Host: second\r\nX-Request-Id: from-a-trailer\r\n"))
    status, headers, body = await answer_to(address, sending)
    assert status == 201, body
    assert headers["x-request-id"] != "from-a-trailer"


@pytest.mark.parametrize(
    "flood",
    [
        b"GET / HTTP/1.1\r\nHost: desk\r\nX: " + b"a" * 900_000,
        b"GET /" + b"a" * 900_000,
        request(CHUNKS, b"0\r\nX: " + b"a" * 900_000),
        request(CHUNKS, b"1;" + b"a" * 900_000),
    ],
    ids=["header", "address", "trailer", "chunk extension"],
)
async def test_a_flood_is_cut_off(address: Address, flood: bytes) -> None:
    _, writer = await asyncio.open_connection(*address)

    async def pour() -> None:
        writer.write(flood)
        for _ in range(50):
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(b"a" * 900_000)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(pour(), 10)
    writer.close()


async def test_who_asks_before_sending_too_much_is_told_at_once(address: Address) -> None:
    head = request(f"{TYPE}\r\nContent-Length: 90000000\r\nExpect: 100-continue\r\n")
    async with asyncio.timeout(1):
        status, _, _ = await answer_to(address, head)
    assert status == 413


async def test_the_connection_outlives_a_refusal(address: Address) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for sending, expected in ((sent(GOOD), b"415"), (sent(b" " * 30_000, TYPE), b"413"), (sent(GOOD, TYPE), b"201")):
        writer.write(sending)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.split()[1] == expected
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
    writer.close()


async def test_a_body_that_never_ends_is_given_up(shapes: FastAPI, settings: Settings) -> None:
    async def never() -> dict[str, object]:
        await asyncio.sleep(60)
        raise AssertionError

    sent_back: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent_back.append(message)

    hasty = settings.model_copy(update={"body_timeout_seconds": 0.05})
    edge = Observed(EdgeGuard(shapes, hasty), hasty, Drain())
    headers = [(b"host", b"desk"), (b"content-type", b"application/json"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": "/v1/shapes", "query_string": b"", "headers": headers}
    await edge(scope, never, send)  # type: ignore[arg-type] # a bare ASGI call
    assert sent_back[0]["status"] == 408
    assert (b"connection", b"close") in sent_back[0]["headers"]  # type: ignore[operator] # ASGI's bytes
