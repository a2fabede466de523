"""JSON bodies, read strictly: UTF-8, finite numbers, whole characters, no name twice, no bottomless nesting."""

import json
from typing import Any

import orjson

from app.base.errors import Fault, Problem

_DEEPEST = 64
_WHITE = b" \t\n\r"


def parse_json(body: bytes) -> Any:
    """The value of `body`; the problem `malformed_json` says what is wrong and where."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem("malformed_json", f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    if _could_be_deep(body) and _depth(value) > _DEEPEST:
        raise Problem("malformed_json", f"Nested deeper than {_DEEPEST} levels.")
    # Which of two values counts differs from reader to reader, so a name may occur once in an object.
    if not _surely_named_once(body, value):
        _ONCE.decode(body.decode())
    return value


def demanded(body: bytes, what: str) -> bytes:
    """Of a request without a body nobody has looked at its media type either."""
    if not body:
        raise Problem("invalid", errors=[Fault("", "required", f"Send {what} as the body.")])
    return body


def _surely_named_once(body: bytes, value: Any) -> bool:
    """Told by counting: without white space every name ends in `":`, and those that are left have to be as many."""
    return body.translate(None, _WHITE).count(b'":') == _members(value)


def _members(value: Any) -> int:
    number, left = 0, [value]
    for node in left:
        if isinstance(node, dict):
            number += len(node)
            left += node.values()
        elif isinstance(node, list):
            left += node
    return number


def _named_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Problem("malformed_json", "An object names the same member twice.")


_ONCE = json.JSONDecoder(object_pairs_hook=_named_once)


def _could_be_deep(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > _DEEPEST


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [node for node in level if isinstance(node, dict | list)]:
        level = [inner for node in level for inner in (node.values() if isinstance(node, dict) else node)]
        depth += 1
    return depth
