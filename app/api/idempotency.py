"""Requests that may be repeated: the Idempotency-Key, what it stands for, and the answer given again."""

import re
from hashlib import sha256
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request

from app.api.deps import Caller
from app.api.notes import only_header
from app.api.routing import is_json, path_of
from app.base.errors import Fault, Problem
from app.schemas.idempotency import IdempotentRequest

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_FAULT = Fault("/header/idempotency-key", "pattern", "At most 255 printable ASCII characters.")

_Header = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="At most 255 printable ASCII characters, fresh for each new request",
        json_schema_extra={
            "maxLength": 255,
            "pattern": f"^{_KEY.pattern}$",
            "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        },
    ),
]


async def _key(request: Request, idempotency_key: _Header = None) -> str | None:
    if idempotency_key is None:
        return None
    if _KEY.fullmatch(idempotency_key) is None or only_header(request.scope, b"idempotency-key") is None:
        raise Problem("invalid", errors=[_FAULT])
    return idempotency_key


Key = Annotated[str | None, Depends(_key)]
"""The key alone, for a body that is read as it comes."""


def repeatable(request: Request, key: str | None, principal: str, content: bytes) -> IdempotentRequest | None:
    """`content` is what the body means, or a digest of it."""
    if key is None:
        return None
    head = f"{request.method}\n{path_of(request)}\n{principal}\n"
    return IdempotentRequest(key, principal, sha256(head.encode() + content).digest())


async def _welcome(request: Request, caller: Caller, idempotency_key: _Header = None) -> IdempotentRequest | None:
    key = await _key(request, idempotency_key)
    return None if key is None else repeatable(request, key, caller.key, await _meaning(request))


async def key_demanded(request: Request, caller: Caller, idempotency_key: _Header = None) -> IdempotentRequest:
    repeatable = await _welcome(request, caller, idempotency_key)
    if repeatable is None:
        raise Problem("idempotency_key_required")
    return repeatable


Repeatable = Annotated[IdempotentRequest | None, Depends(_welcome)]
"""For POSTs where a key is welcome."""
MustRepeat = Annotated[IdempotentRequest, Depends(key_demanded)]
"""For POSTs that demand a key."""


async def _meaning(request: Request) -> bytes:
    """The body, the order of its members and its white space apart."""
    body = await request.body()
    if body and is_json(request):
        body = orjson.dumps(await request.json(), option=orjson.OPT_SORT_KEYS)
    return body
