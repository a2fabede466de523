"""Long answers are compressed for whoever takes gzip."""

import re
from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_LEAST_BYTES: Final = 1024
# Files are kept as they are: mostly compressed already, and of a length that is told.
_FILES: Final = re.compile(r"/v1/attachments/.*|/v1/inbound/email/.*/source")


class Compressed:
    """Only what is read: secrets are shown by POST alone, and a length must tell nothing about them (BREACH)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._gzip = GZipMiddleware(app, minimum_size=_LEAST_BYTES, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["type"] == "http" and scope["method"] == "GET" and not _FILES.fullmatch(scope["path"])
        await (self._gzip if reads else self._app)(scope, receive, send)
