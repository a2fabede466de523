"""Requests to addresses that others name: to the open internet only, and bounded in every way."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx2

from app.base.tracing import calling, carried
from app.clients.addresses import Network, allowed_by, is_public

TIMEOUT_SECONDS: Final = 10.0
MAX_ANSWER_BYTES: Final = 65_536
_MOST_ADDRESSES: Final = 4
_HTTPS_PORT: Final = 443

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    retry_after: str | None = None


class NotSent(Exception):  # noqa: N818 - it reads as what happened
    """There was no answer; the message says why, for whoever owns the endpoint."""


class NotAllowed(NotSent):
    """The address is not one that requests may go to."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """What the name means at this moment, each address once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outbound:
    """Posts to URLs of others. The name is looked up once, all its answers are checked, and one of these is used."""

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        development: bool = False,
        timeout_seconds: float = TIMEOUT_SECONDS,
        resolve: Resolve = resolved,
        tls: ssl.SSLContext | None = None,
        proxy: str = "",
    ) -> None:
        """`allowed`: networks that the operator trusts; `development` lets plain http and any port pass.

        `proxy` is told the address that was checked and not the name, so that it cannot find another.
        """
        self._allowed = allowed
        self._development = development
        self._timeout = timeout_seconds
        self._resolve = resolve
        # No connection is kept: the next request must look the name up again, and trust its certificate again.
        self._client = httpx2.AsyncClient(
            verify=tls or ssl.create_default_context(),
            follow_redirects=False,
            trust_env=False,
            proxy=proxy or None,
            timeout=timeout_seconds,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Any status is an answer, redirects included; NotSent where there was none in time."""
        try:
            with calling("POST"):
                async with asyncio.timeout(self._timeout):
                    target = read_url(url)
                    addresses = await self._addresses(target)
                    return await self._post(target, addresses, body, headers)
        except TimeoutError:
            raise NotSent(f"no answer within {self._timeout:g} seconds") from None

    async def _addresses(self, url: httpx2.URL) -> Sequence[str]:
        port = url.port or (_HTTPS_PORT if url.scheme == "https" else 80)
        try:
            found = await self._resolve(url.host, port)
        except (OSError, UnicodeError):
            raise NotSent("the name cannot be resolved") from None
        trusted = all(allowed_by(address, self._allowed) for address in found)
        if not found or not all(allowed_by(a, self._allowed) or is_public(a) for a in found):
            raise NotAllowed("the name leads to an address that is not on the open internet")
        if not trusted and not self._development and (url.scheme != "https" or port != _HTTPS_PORT):
            raise NotAllowed(f"only https on port {_HTTPS_PORT} is called")
        return found[:_MOST_ADDRESSES]

    async def _post(
        self, url: httpx2.URL, addresses: Sequence[str], body: bytes, headers: Mapping[str, str]
    ) -> Answered:
        for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
            request = self._client.build_request(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers={**headers, **carried(), "Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
                extensions={"sni_hostname": url.host},
            )
            try:
                return await self._answer(request)
            except httpx2.ConnectError as error:
                if not left:
                    raise NotSent(_why(error)) from None
            except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError) as error:
                raise NotSent(_why(error)) from None
        raise NotSent("no address answers")

    async def _answer(self, request: httpx2.Request) -> Answered:
        response = await self._client.send(request, stream=True)
        try:
            read = 0
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > MAX_ANSWER_BYTES:
                    break  # what it says is of no interest, only that it was said
            return Answered(response.status_code, response.headers.get("retry-after"))
        finally:
            await response.aclose()


def read_url(text: str) -> httpx2.URL:
    """A URL that requests may go to, as far as its form tells; NotAllowed says what is wrong with it."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, UnicodeError):
        raise NotAllowed("it is not a URL") from None
    if url.scheme not in ("https", "http") or not url.host:
        raise NotAllowed("it is not a URL of the web")
    if url.userinfo:
        raise NotAllowed("a URL must not hold a name or password")
    if url.port is not None and not 0 < url.port < 2**16:
        raise NotAllowed("there is no such port")
    if not all(0 < len(label) < 64 for label in url.raw_host.removesuffix(b".").split(b".")):
        raise NotAllowed("no host can have this name")
    return url


def _why(error: Exception) -> str:
    """Without the text of the error, which may hold what was sent."""
    match error:
        case httpx2.ConnectError() if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
            return "its certificate cannot be trusted, or it does not speak TLS"
        case httpx2.ConnectError():
            return "nothing accepts connections there"
        case httpx2.ProxyError():
            return "the proxy does not let it through"
        case httpx2.TimeoutException():
            return "no answer in time"
        case _:
            return f"the connection broke ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
