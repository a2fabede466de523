"""The header block of a mail, taken apart before any parser sees it: bounded, and only what the desk reads."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.mail.message import Unreadable
from app.mail.text import decoded

MOST_BYTES = 25 * 1024 * 1024
MOST_LINES = 500_000
_MOST_HEADER_BYTES = 64 * 1024
_MOST_HEADERS = 200
_LONGEST_HEADER = 8 * 1024
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE_END = re.compile(rb"\r?\n|\r")
_NAMING = frozenset({"message-id", "from", "date"})
_NAMING_WITHOUT_ID = _NAMING | {"to", "cc", "subject"}
_OF_THE_BODY = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
_WORDS = """
from to cc delivered-to x-original-to envelope-to return-path subject date message-id in-reply-to references
authentication-results auto-submitted precedence list-id list-unsubscribe list-post content-language received
x-autoreply x-autorespond x-autoresponder x-auto-reply-from x-failed-recipients x-loop x-clausedesk-desk
"""
_READ = frozenset(_WORDS.split())


@dataclass(frozen=True, slots=True)
class Headers:
    """Values by name in small letters, in their order, unfolded but not decoded; `body` is all below them."""

    values: dict[str, tuple[str, ...]]
    names: tuple[str, ...]
    """Of all headers that are read, from the top."""
    kept: bytes
    """What a parser of the body has to know."""
    body: memoryview

    def first(self, name: str) -> str:
        found = self.values.get(name)
        return found[0] if found else ""

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


def split(raw: bytes) -> Headers | Unreadable:
    """Header block and body. A header that nobody reads is passed over, however long."""
    if (outsized := _outsized(raw)) is not None:
        return Unreadable(outsized)
    block, body = _block(raw)
    if block is None:
        return Unreadable("headers_too_large")
    fields = list(_fields(block))
    if len(fields) > _MOST_HEADERS:
        return Unreadable("headers_too_large")
    values: dict[str, tuple[str, ...]] = {}
    names, kept = [], []
    for name, value in fields:
        if name not in _READ and name not in _OF_THE_BODY:
            continue
        if len(value) > _LONGEST_HEADER and name != "received":
            return Unreadable("header_too_long")
        if name in _OF_THE_BODY:
            kept.append(name.encode() + b": " + value.replace(b"\x00", b"") + b"\r\n")
        values[name] = (*values.get(name, ()), decoded(value, None).strip())
        names.append(name)
    return Headers(values, tuple(names), b"".join(kept), body)


def _outsized(raw: bytes) -> str | None:
    if not raw.strip(b"\r\n\x00 \t"):
        return "empty"
    if len(raw) > MOST_BYTES:
        return "too_large"
    return "too_many_lines" if raw.count(b"\n") > MOST_LINES else None


def _block(raw: bytes) -> tuple[bytes | None, memoryview]:
    """Up to the first empty line; a mail without one is all header. None: the block is too large."""
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    end = _EMPTY_LINE.search(raw, start, start + _MOST_HEADER_BYTES + 4)
    if end is not None:
        return raw[start : end.start()], memoryview(raw)[end.end() :]
    nothing = memoryview(b"")
    return (None, nothing) if len(raw) - start > _MOST_HEADER_BYTES else (raw[start:], nothing)


def _fields(block: bytes) -> Iterable[tuple[str, bytes]]:
    """Names with unfolded values; a line that is no header at all ends nothing and says nothing."""
    current: tuple[str, list[bytes]] | None = None
    for number, line in enumerate(_LINE_END.split(block)):
        if line[:1] in (b" ", b"\t"):
            if current is not None:
                current[1].append(line)
            continue
        if current is not None:
            yield current[0], b"".join(current[1])
        name, colon, value = line.partition(b":")
        envelope = number == 0 and line.startswith(b"From ") and name.strip() != b"From"
        current = (name.decode("ascii", "replace").strip().lower(), [value]) if colon and not envelope else None
    if current is not None:
        yield current[0], b"".join(current[1])


def fingerprint(raw: bytes) -> bytes:
    """The same for a mail however often it is delivered: what relays add on its way does not count."""
    block, body = _block(raw)
    if block is None:
        return hashlib.sha256(raw).digest()
    fields = list(_fields(block))
    naming = _NAMING if any(name == "message-id" for name, _ in fields) else _NAMING_WITHOUT_ID
    named = [name.encode() + b":" + value.strip() for name, value in fields if name in naming]
    if not named:
        # It says nothing of itself, so it is the same as its own bytes alone.
        return hashlib.sha256(raw).digest()
    digest = hashlib.sha256(b"\n".join([*sorted(named), b""]))
    digest.update(body)
    return digest.digest()
