"""What is noted about a request while it is answered: its ids, and who asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import urandom

from starlette.types import Scope

from app.base.actor import Principal

_KEY = "clausedesk"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_NO_TRACE = b"0" * 32


@dataclass(slots=True)
class Note:
    request_id: str
    headers: Mapping[bytes, bytes]
    """By their names in small letters; of those of one name the last."""
    trace_id: str | None = None
    traceparent: str | None = None
    principal: Principal | None = None
    refusal: str | None = None
    begun: bool = False
    """Whether the answer is on its way."""
    body: bytes | None = None
    """Where it was read whole before the route was asked."""
    rates: Sequence[tuple[bytes, bytes]] = ()
    """Headers that tell how often the caller may ask."""


def take_note(scope: Scope) -> Note:
    """Accept the caller's X-Request-Id and traceparent where they are well formed; make an id otherwise."""
    headers = dict(scope["headers"])
    named = headers.get(b"x-request-id")
    request_id = named.decode() if named and _REQUEST_ID.fullmatch(named) else urandom(16).hex()
    note = scope[_KEY] = Note(request_id, headers)
    traced = headers.get(b"traceparent")
    if traced and (match := _TRACEPARENT.fullmatch(traced)) and match[1] != _NO_TRACE:
        note.trace_id, note.traceparent = match[1].decode(), traced.decode()
    return note


def note_of(scope: Scope) -> Note:
    note: Note = scope[_KEY]
    return note


def only_header(scope: Scope, name: bytes) -> bytes | None:
    """The one of this name; None where there is none, or where nobody knows which of several counts."""
    headers = note_of(scope).headers
    if len(headers) == len(scope["headers"]):
        return headers.get(name)
    found = [value for told, value in scope["headers"] if told == name]
    return found[0] if len(found) == 1 else None
