"""What is noted about a request while it is answered: its ids, and who asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import urandom

from starlette.types import Scope

from app.base.actor import Principal

_KEY = "clausedesk"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_NO_TRACE = "0" * 32


@dataclass(slots=True)
class Note:
    request_id: str
    trace_id: str | None = None
    traceparent: str | None = None
    principal: Principal | None = None
    refusal: str | None = None
    begun: bool = False
    """Whether the answer is on its way."""
    rates: Sequence[tuple[bytes, bytes]] = ()
    """Headers that tell how often the caller may ask."""


def take_note(scope: Scope) -> Note:
    """Accept the caller's X-Request-Id and traceparent where they are well formed; make an id otherwise."""
    request_id = trace_id = traceparent = None
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value.decode()
        elif name == b"traceparent" and (match := _TRACEPARENT.fullmatch(value)):
            trace_id, traceparent = match[1].decode(), value.decode()
    if trace_id == _NO_TRACE:
        trace_id = traceparent = None
    note = Note(request_id or urandom(16).hex(), trace_id, traceparent)
    scope[_KEY] = note
    return note


def note_of(scope: Scope) -> Note:
    note: Note = scope[_KEY]
    return note
