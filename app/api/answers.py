"""Answers in JSON that is written already."""

from collections.abc import Mapping
from typing import Final

from fastapi.responses import Response

_JSON: Final = (b"content-type", b"application/json")


class JsonAnswer(Response):
    """Its length and type are added as they are sent, without looking for them among the other headers."""

    media_type = "application/json"

    def __init__(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Nothing of what another kind of response would have to find out: what it is made of, and of which length."""
        self.body, self.status_code, self.background = body, status, None
        raw = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in (headers or {}).items()]
        self.raw_headers = [*raw, (b"content-length", b"%d" % len(body)), _JSON]
