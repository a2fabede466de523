"""An outside issuer's published keys: fetched when asked for, kept when it is down, never asked too often."""

import asyncio
import json
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import structlog

from app.base.errors import CannotStart

MAX_AGE = timedelta(minutes=10)
COOL_DOWN = timedelta(seconds=30)
TIMEOUT_SECONDS = 3.0
MAX_BYTES = 65_536
_log = structlog.get_logger("clausedesk.tokens")


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """A JWKS document and the instant until which it may be relied on."""

    document: dict[str, Any]
    until: datetime


class JwksCache:
    """The last good document of one address; callers come when it no longer serves them."""

    def __init__(self, url: str, *, allow_http: bool, proxy: str = "") -> None:
        """`allow_http` is for development: keys fetched in the clear can be anybody's."""
        if not url.startswith(("https://", "http://") if allow_http else "https://"):
            raise CannotStart("The outside issuer publishes its keys under https: correct CLAUSEDESK_OUTSIDE_JWKS_URL.")
        self._url = url
        self._proxy = proxy or None
        self._tls = ssl.create_default_context()
        self._flight = asyncio.Lock()
        self._good: PublishedKeys | None = None
        self._asked_at: datetime | None = None

    async def renewed(self, now: datetime) -> PublishedKeys | None:
        """The keys as published now, or the last good ones when asked within the cool-down or the issuer fails."""
        async with self._flight:
            if self._asked_at is None or now - self._asked_at >= COOL_DOWN:
                document = await self._fetched()
                self._asked_at = now
                if document is not None:
                    self._good = PublishedKeys(document, now + MAX_AGE)
                elif self._good is not None:
                    self._good = PublishedKeys(self._good.document, max(self._good.until, now + COOL_DOWN))
            return self._good

    async def _fetched(self) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                document = json.loads(await self._body())
            if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
                raise TypeError("no key set")
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, TypeError, RecursionError) as error:
            # Callers hear 401 and no more; whoever runs the desk finds here why nobody gets in.
            _log.warning("outside_keys_unavailable", error=type(error).__name__)
            return None
        else:
            return document

    async def _body(self) -> bytes:
        body = bytearray()
        # No redirects and no proxies from the environment: the keys come from the address in the settings.
        async with (
            httpx2.AsyncClient(verify=self._tls, follow_redirects=False, trust_env=False, proxy=self._proxy) as client,
            client.stream("GET", self._url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != 200:
                raise ValueError("no document")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("too large")
        return bytes(body)
