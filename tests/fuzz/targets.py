"""What reads bytes from strangers, each with all that may come of it: anything else is a find."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any, Final
from uuid import UUID

import orjson
from jwt.api_jws import encode
from starlette.types import Message, Receive, Scope, Send

from app.api.etags import version_expected
from app.api.guard import BODIES, EdgeGuard
from app.api.notes import take_note
from app.api.pagination import Page
from app.api.problems import TOKEN_PATH
from app.api.ranges import part_of
from app.base.errors import Problem
from app.base.identifiers import uuid7
from app.base.settings import Settings
from app.mail.headers import fingerprint
from app.mail.message import QUARANTINED, Unreadable
from app.mail.reading import read_mail
from app.mail.tokens import Keys, own_mail, reply_address, ticket_of_reply
from app.schemas.fields import Id, When
from app.tokens.refusal import TokenRefused
from tests.mail.test_corpus import CORPUS, GATEWAY, raw
from tests.tokens.world import NOW, claims, signed, the_world


@dataclass(frozen=True)
class Target:
    reads: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    """What it reads without complaint, to begin with."""
    longest: int = 4096
    words: tuple[str, ...] = ()
    """Which no chance would come upon."""


# ── mail ─────────────────────────────────────────────────────────────────────
def mail(data: bytes) -> None:
    found = read_mail(data, GATEWAY)
    assert len(fingerprint(data)) == 32
    if isinstance(found, Unreadable):
        assert found.reason in QUARANTINED, found.reason
        return
    assert not any(character in found.subject for character in "\x00\r\n")
    assert "\x00" not in found.text
    assert all("/" not in file.name and file.name.isprintable() for file in found.files)
    # What is kept must be what a database and an answer can hold.
    f"{found.subject}{found.text}{found.said}{found.sender}{found.mentioned}{found.recipients}".encode()


def _mails() -> Iterator[bytes]:
    yield from (content for entry in CORPUS.values() if "made" not in entry and len(content := raw(entry)) < 4096)


_MARKS: Final = Keys(UUID(int=1), (b"new", b"old"))


def marks(data: bytes) -> None:
    """Addresses and Message-IDs by which an answer finds its ticket: nobody makes them up."""
    text = data.decode("latin-1")
    assert ticket_of_reply(_MARKS, text.split("\n"), "jane@maple.example") is None
    assert own_mail(_MARKS, text.split("\n")) is None


def _marks() -> Iterator[bytes]:
    """Of another provider."""
    theirs, ticket = Keys(UUID(int=2), _MARKS.secrets), uuid7(NOW)
    yield reply_address(theirs, "support@desk.example", ticket, "jane@maple.example").encode()
    yield b"<x@y.example>\n<>\n"


# ── tokens ───────────────────────────────────────────────────────────────────
def token(data: bytes) -> None:
    """Whatever it is, nobody has signed it."""
    try:
        the_world().verifier.verify(data.decode("latin-1"), NOW)
    except TokenRefused:
        return
    raise AssertionError("accepted")


def _tokens() -> Iterator[bytes]:
    """Good ones, but for their signatures."""
    world = the_world()
    yield world.good().rpartition(".")[0].encode() + b".AAAA"
    yield signed(world.stranger_ec, claims(), kid=world.kid).encode()
    yield signed(world.stranger_rsa, claims(), kid="their-rsa", alg="RS256", typ="JWT").encode()


def signed_claims(data: bytes) -> None:
    """Claims that an issuer of ours has signed without looking at them."""
    world = the_world()
    key = world.outside_ec
    try:
        world.verifier.verify(_signed_as_it_is(key, data), NOW)
    except TokenRefused:
        return


def _signed_as_it_is(key: Any, payload: bytes) -> str:
    return encode(payload, key, algorithm="ES256", headers={"typ": "at+jwt", "kid": "their-ec"})


def _claims() -> Iterator[bytes]:
    start = int(NOW.timestamp())
    theirs: dict[str, Any] = {"iss": "https://id.example", "exp": start + 900, "iat": start}
    yield json.dumps(claims(**theirs)).encode()
    yield json.dumps(claims(**theirs, role="service", scope="submit", client_id="x", account=..., contact=...)).encode()
    yield json.dumps(claims(**theirs, act={"sub": str(UUID(int=3))})).encode()


# ── cursors, versions and ranges ─────────────────────────────────────────────
_BINDING: Final = b"123456789"
_SHAPES: Final = (tuple[When, Id], tuple[int], tuple[When, int], tuple[str, Id])


def cursor(data: bytes) -> None:
    """A cursor of this very list, whatever it holds; and any text at all."""
    inside = base64.urlsafe_b64encode(_BINDING + data).rstrip(b"=").decode()
    for text in (inside, data.decode("latin-1")):
        for shape in _SHAPES:
            page = Page(25, text, "https://desk.example/v1/tickets", (), _BINDING, _BINDING)
            _unless("invalid_cursor", partial(page.after, shape))


def _cursors() -> Iterator[bytes]:
    for position in ([NOW, UUID(int=7)], [7], [NOW, 3], ["maple", UUID(int=7)]):
        yield orjson.dumps(position, default=str)


def header(data: bytes) -> None:
    """If-Match, Range and If-Range, as the server hands them on."""
    text = data.decode("latin-1")
    first, _, second = text.partition("\n")
    version = _unless("precondition_failed", lambda: _awaited(version_expected(first)))
    assert version is None or version >= 0
    part = _unless("range_not_satisfiable", partial(part_of, 1_000, first, second or None, '"tag"'))
    assert part is None or 0 <= part[0] < part[1] <= 1_000


def _headers() -> Iterator[bytes]:
    yield from (b'"3"', b"*", b"bytes=0-99\n", b'bytes=-5\n"tag"', b"bytes=5-")


# ── the edge guard ───────────────────────────────────────────────────────────
async def _reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


_GUARD: Final = EdgeGuard(_reads_all, Settings(max_body_bytes=2_000, max_attachment_bytes=2_000))
_PATHS: Final = ("/v1/tickets", *BODIES)


def guard(data: bytes) -> None:
    """A request as the server hands it on: a line, headers, an empty line, and the body in two parts or cut off."""
    head, _, body = data.partition(b"\n\n")
    line, *fields = head.split(b"\n")
    method, _, target = line.partition(b" ")
    path, _, query = target.partition(b"?")
    headers = [(name.lower(), value.strip()) for name, _, value in (field.partition(b":") for field in fields)]
    half = len(body) // 2
    arriving: list[Message] = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
        {"type": "http.disconnect"},
    ]
    if b"x-hangs-up" in head:
        del arriving[1]
    scope = {
        "type": "http",
        "method": method.decode("latin-1"),
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
    }
    told: list[Message] = []

    async def receive() -> Message:
        return arriving.pop(0) if len(arriving) > 1 else arriving[0]

    async def send(message: Message) -> None:
        told.append(message)

    take_note(scope)
    _awaited(_GUARD(scope, receive, send))
    _is_one_answer(told, scope["path"], hung_up=b"x-hangs-up" in head)


def _is_one_answer(told: list[Message], path: object, *, hung_up: bool) -> None:
    kinds = [message["type"] for message in told]
    if hung_up and not kinds:
        return
    assert kinds == ["http.response.start", "http.response.body"], kinds
    status, headers = told[0]["status"], dict(told[0]["headers"])
    assert status == 200 or 400 <= status < 500, status
    if status >= 400 and path == TOKEN_PATH:  # it speaks as OAuth says
        assert headers[b"content-type"] == b"application/json"
        assert orjson.loads(told[1]["body"])["error"]
    elif status >= 400:
        assert headers[b"content-type"] == b"application/problem+json"
        assert orjson.loads(told[1]["body"])["status"] == status


def _requests() -> Iterator[bytes]:
    kinds = {path: rule.media_types[0] for path, rule in BODIES.items()} | {"/v1/tickets": "application/json"}
    for path, kind in kinds.items():
        yield f"POST {path}\nhost: desk.example\ncontent-length: 4\ncontent-type: {kind}\n\n{{  }}".encode()
    yield b"GET /v1/tickets?limit=%31&q=%C3%A4\nhost: desk.example\n\n"
    yield b"PATCH /v1/tickets\nhost: a\ntransfer-encoding: chunked\ncontent-type: application/json; charset=utf-8\n\n{}"
    yield b"PUT /\nhost: a\nexpect: 100-continue\ncontent-encoding: identity\ncontent-length: 9999\n\nx-hangs-up"


_LOOP: list[asyncio.AbstractEventLoop] = []


def _awaited(work: Any) -> Any:
    """In one loop: making one costs more than what is looked at."""
    if not _LOOP:
        _LOOP.append(asyncio.new_event_loop())
    return _LOOP[0].run_until_complete(work)


def _unless(code: str, work: Callable[[], Any]) -> Any:
    """What comes of it; None where this is refused."""
    try:
        return work()
    except Problem as problem:
        if problem.code != code:
            raise
    return None


# ── negative control ─────────────────────────────────────────────────────────
def careless(data: bytes) -> None:
    """Reads a cursor as one would who trusts its sender."""
    if data.startswith(b"["):
        position = json.loads(data)
        datetime.fromtimestamp(position[0], UTC)


def _both(first: Callable[[bytes], None], second: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Both read it."""

    def read(data: bytes) -> None:
        first(data)
        second(data)

    return read


TARGETS: Final = {
    "mail": Target(
        _both(mail, marks),
        lambda: chain(_mails(), _marks()),
        8192,
        ("=?utf-8?q?", "=?utf-8?b?", "boundary=", "multipart/mixed", "message/rfc822", "charset="),
    ),
    "tokens": Target(
        _both(token, signed_claims),
        lambda: chain(_tokens(), _claims()),
        9000,
        ('"aud":', '"act":', '"exp":', "1e999", "null", "NaN"),
    ),
    "cursors": Target(
        _both(cursor, header),
        lambda: chain(_cursors(), _headers()),
        512,
        ("1e999", "NaN", "\\u0000", "\\ud800", "bytes=", "W/"),
    ),
    "guard": Target(
        guard,
        _requests,
        4096,
        ("transfer-encoding:", "content-length:", "expect:", "charset=", "%00", "%ff", "traceparent:"),
    ),
}
CARELESS: Final = Target(careless, _cursors, 64)
