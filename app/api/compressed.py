"""Long answers are compressed for whoever takes gzip."""

import re
from typing import Final
from zlib import MAX_WBITS, compress

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LEAST_BYTES: Final = 1024
# A page of 50 tickets, 87 kB, comes to 6.6 kB in 0.17 ms. Level 5 takes twice as long, in which nobody is answered, for
# 6.1 kB.
_LEVEL: Final = 3
_AS_GZIP: Final = MAX_WBITS | 16
# Files are kept as they are: mostly compressed already, and of a length that is told.
_FILES: Final = re.compile(r"/v1/attachments/.*|/v1/inbound/email/.*/source")
_KINDS_KEPT: Final = tuple(kind.removesuffix("*").encode() for kind in DEFAULT_EXCLUDED_CONTENT_TYPES)
_READS: Final = ("GET", "HEAD")
_UNCHANGED: Final = 304
_WITHOUT: Final = (204, 206, _UNCHANGED)
"""No body, or a part of one, which is a part of what is told by its length."""


class Compressed:
    """Only what is read: secrets are shown by POST alone, and a length must tell nothing about them (BREACH).

    Short answers pass as they are, which most are: whether one is long is looked at before anything is made for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _READS or _FILES.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        onward, held = send, None

        async def answer(message: Message) -> None:
            nonlocal onward, held
            if message["type"] == "http.response.start":
                if _is_long(message):
                    if _takes_gzip(scope):
                        held = message  # what follows tells whether it is all there is
                        return
                    _add_vary(message["headers"])
                elif message["status"] == _UNCHANGED:
                    _add_vary(message["headers"])  # a cache takes it for that of what it keeps
            elif held is not None:
                start, held = held, None
                if message.get("more_body", False):
                    responder = GZipResponder(self._app, _LEAST_BYTES, compresslevel=_LEVEL)
                    responder.send = send
                    onward = responder.send_with_compression
                    await onward(start)
                else:
                    body = compress(message.get("body", b""), _LEVEL, wbits=_AS_GZIP)
                    await send({**start, "headers": _of_compressed(start["headers"], body)})
                    message = {"type": "http.response.body", "body": body}
            await onward(message)

        await self._app(scope, receive, answer)


def _of_compressed(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    told = [header for header in headers if header[0] != b"content-length"]
    told += [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(body))]
    _add_vary(told)
    return told


def _add_vary(headers: list[tuple[bytes, bytes]]) -> None:
    if b"vary" in dict(headers):
        MutableHeaders(raw=headers).add_vary_header("Accept-Encoding")
    else:
        headers.append((b"vary", b"Accept-Encoding"))


def _takes_gzip(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _is_long(start: Message) -> bool:
    """Whether it would be compressed for some. Where no length is told, there may be more and more of it."""
    if start["status"] in _WITHOUT:
        return False
    long = True
    for name, value in start["headers"]:
        if name == b"content-length":
            long = int(value) >= _LEAST_BYTES
        elif name == b"content-encoding" or (name == b"content-type" and value.startswith(_KINDS_KEPT)):
            return False
    return long
