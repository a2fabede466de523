"""Long answers are compressed for whoever takes gzip, whole or in pieces; short ones and others' stay as they are."""

from collections.abc import Mapping

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.compressed import Compressed

TEXT = b"so it goes, " * 500


class Telling:
    """Answers with these pieces."""

    def __init__(self, *pieces: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self._pieces = pieces
        self._headers = [(b"content-type", b"application/json"), *headers]
        if len(pieces) == 1:
            self._headers.append((b"content-length", b"%d" % len(pieces[0])))

    async def __call__(self, _: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(self._headers)})
        for number, piece in enumerate(self._pieces, start=1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(self._pieces)})


async def told(app: ASGIApp, encoding: str, method: str = "GET") -> tuple[Mapping[str, str], bytes]:
    transport = httpx2.ASGITransport(app=Compressed(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        answer = await client.request(method, "/v1/tickets", headers={"Accept-Encoding": encoding})
        return answer.headers, answer.content


@pytest.mark.parametrize("pieces", [(TEXT,), (TEXT, b"and on"), (TEXT[:600], TEXT[600:])])
async def test_long_answers_are_compressed_whole_or_in_pieces(pieces: tuple[bytes, ...]) -> None:
    headers, content = await told(Telling(*pieces), "br, gzip")
    assert (headers["content-encoding"], headers["vary"], content) == ("gzip", "Accept-Encoding", b"".join(pieces))
    length = headers.get("content-length")
    assert (length is None) == (len(pieces) > 1)
    assert length is None or int(length) < 200


async def test_whoever_does_not_take_gzip_is_told_that_others_have_another_answer() -> None:
    for names, encoding in ((b"Origin", "identity"), (b"Origin", "gzip")):
        headers, content = await told(Telling(TEXT, headers=((b"vary", names),)), encoding)
        assert (headers["vary"], content) == ("Origin, Accept-Encoding", TEXT)
        assert ("content-encoding" in headers) == (encoding == "gzip")


async def test_what_is_unchanged_tells_caches_the_same_as_the_whole_answer_did() -> None:
    async def unchanged(_: Scope, _receive: Receive, send: Send) -> None:
        vary = [(b"etag", b'"3"'), (b"vary", b"Accept")]
        await send({"type": "http.response.start", "status": 304, "headers": vary})
        await send({"type": "http.response.body"})

    for encoding in ("gzip", "identity"):
        headers, content = await told(unchanged, encoding)
        assert (headers["vary"], headers.get("content-encoding"), content) == ("Accept, Accept-Encoding", None, b"")


@pytest.mark.parametrize(
    ("app", "method"),
    [
        (Telling(TEXT[:1000]), "GET"),
        (Telling(TEXT), "POST"),
        (Telling(TEXT, headers=((b"content-encoding", b"br"),)), "GET"),
        (Telling(TEXT, headers=((b"content-type", b"image/png"),)), "GET"),
    ],
)
async def test_short_answers_secrets_and_what_is_compressed_already_stay_as_they_are(app: Telling, method: str) -> None:
    transport = httpx2.ASGITransport(app=Compressed(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        async with client.stream(method, "/v1/tickets", headers={"Accept-Encoding": "gzip"}) as answer:
            assert [piece async for piece in answer.aiter_raw()] in ([TEXT], [TEXT[:1000]])
        assert answer.headers.get("content-encoding") != "gzip"
