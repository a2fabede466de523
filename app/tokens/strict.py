"""Reading what strangers send: canonical base64url and JSON objects that mean one thing only."""

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn


def decoded(segment: str) -> bytes:
    """The bytes of a base64url segment; ValueError unless it is the one canonical way to write them."""
    padding = "=" * (-len(segment) % 4)
    value = base64.urlsafe_b64decode(segment + padding)
    if encoded(value) != segment:
        raise ValueError("not canonical base64url")
    return value


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def json_object(data: bytes) -> Mapping[str, Any]:
    """A JSON object in UTF-8; ValueError for anything else, members given twice, NaN or nesting without end."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_members_once, parse_constant=_no_constant)
