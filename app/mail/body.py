"""The parts of a mail: what is text, what is a file, and the limits that no nesting gets around."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from typing import Any

from app.mail.headers import Headers
from app.mail.html import html_to_text
from app.mail.message import File, Unreadable
from app.mail.text import MOST_TEXT, clean, decoded, header_text, one_line

_DEEPEST, _MOST_PARTS, _LONGEST_HEADER = 10, 100, 8 * 1024
_MOST_NAME = 120
_PIECE = 64 * 1024
_EXTENSIONS = {"text/calendar": ".ics", "message/rfc822": ".eml", "text/html": ".html", "text/plain": ".txt"}
_EXTENSIONS |= {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/pgp-encrypted": ".asc",
}
_UNPARSABLE = (MessageError, LookupError, ValueError, TypeError, AttributeError, binascii.Error)


class _Beyond(Exception):  # noqa: N818 - it reads as what happened
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Part(Message):
    """A part that knows how deep it lies and counts its siblings: the parser is stopped, not survived."""

    depth = 0
    counted: list[int]

    def __init__(self, policy: Any = compat32) -> None:
        super().__init__(policy)
        self.counted = [0]

    def attach(self, payload: Any) -> None:
        payload.depth, payload.counted = self.depth + 1, self.counted
        self.counted[0] += 1
        if payload.depth > _DEEPEST:
            raise _Beyond("too_deep")
        if self.counted[0] > _MOST_PARTS:
            raise _Beyond("too_many_parts")
        super().attach(payload)


@dataclass(slots=True)
class Body:
    """`report` is the machine-readable part of a delivery report, `returned` the mail that it returns."""

    content_type: str = "text/plain"
    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    report: str | None = None
    returned: str = ""

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text.strip())[:MOST_TEXT].strip()


def read_body(headers: Headers) -> Body | Unreadable:
    """Parsed by the plain old policy: the modern one can be kept busy for half a minute by one header."""
    try:
        root = _parsed(headers)
    except _Beyond as beyond:
        return Unreadable(beyond.reason)
    except RecursionError:
        return Unreadable("too_deep")
    except _UNPARSABLE:
        return Unreadable("damaged")
    body = Body(content_type=_kind(root))
    _read(root, body)
    return body


def _parsed(headers: Headers) -> Message:
    """In pieces: a mail of 25 MB must not lie in memory many times over."""
    parser = BytesFeedParser(Part, policy=compat32)
    parser.feed(headers.kept + b"\r\n")
    for start in range(0, len(headers.body), _PIECE):
        parser.feed(bytes(headers.body[start : start + _PIECE]))
    return parser.close()


def _read(part: Message, body: Body) -> None:
    kind = _kind(part)
    if kind == "message/rfc822" or kind.startswith("message/"):
        _message(part, kind, body)
    elif not part.is_multipart():
        _leaf(part, kind, body)
    elif kind == "multipart/alternative":
        _best(part, body)
    else:
        for inner in _parts(part):
            _read(inner, body)


def _parts(part: Message) -> Iterator[Message]:
    payload: Any = part.get_payload()
    return iter(payload if isinstance(payload, list) else ())


def _best(part: Message, body: Body) -> None:
    """Of the same text in several forms the plain one, unless it is empty; what is no text is a file."""
    forms: list[Body] = []
    for inner in _parts(part):
        read = Body()
        _read(inner, read)
        read.content_type = _kind(inner)
        forms.append(read)
        body.files += read.files
    told = [form for form in forms if form.text]
    plain = next((form for form in told if form.content_type == "text/plain"), None)
    chosen = plain or (told[-1] if told else None)
    if chosen is not None:
        body.texts.append(chosen.text)


def _message(part: Message, kind: str, body: Body) -> None:
    """A mail in the mail: a report says what became of ours, anything else is a file."""
    if kind == "message/delivery-status":
        body.report = decoded(b"\n".join(map(_written, _parts(part))), None) or _text(part)
    elif kind in ("message/disposition-notification", "message/feedback-report"):
        body.report = body.report or ""
    else:
        whole = b"\n".join(map(_written, _parts(part))) or _content(part)
        body.returned += decoded(whole[:MOST_TEXT], None)
        body.files.append(File(_name(part, kind, len(body.files)), kind, whole))


def _leaf(part: Message, kind: str, body: Body) -> None:
    named = _file_name(part)
    attached = _disposition(part) == "attachment"
    if kind == "text/rfc822-headers":
        body.returned += _text(part)
    elif kind in ("text/plain", "text/html", "text/enriched") and not named and not attached:
        text = _text(part)
        body.texts.append(clean(html_to_text(text) if kind == "text/html" else text).strip())
    else:
        content = _content(part)
        if content.strip():
            body.files.append(File(_name(part, kind, len(body.files)), kind, content))


def _written(part: Message) -> bytes:
    try:
        return part.as_bytes()
    except (*_UNPARSABLE, RecursionError):
        return b""


def _content(part: Message) -> bytes:
    try:
        content: Any = part.get_payload(decode=True)
    except _UNPARSABLE:
        content = None
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    charset: Any = _quietly(part, "get_param", "charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return decoded(_content(part)[: 4 * MOST_TEXT * 2], charset if isinstance(charset, str) else None)


def _quietly(part: Message, method: str, *args: str) -> Any:
    """What a header says; nothing where it is too long or cannot be read."""
    if any(len(str(value)) > _LONGEST_HEADER for value in part.values()):
        return None
    try:
        return getattr(part, method)(*args)
    except _UNPARSABLE:
        return None


def _kind(part: Message) -> str:
    kind = _quietly(part, "get_content_type")
    return kind if isinstance(kind, str) and re.fullmatch(r"[\w.+-]{1,80}/[\w.+-]{1,80}", kind) else "text/plain"


def _disposition(part: Message) -> str | None:
    found = _quietly(part, "get_content_disposition")
    return found if isinstance(found, str) else None


def _file_name(part: Message) -> str:
    """Decoded twice at most: by RFC 2231, and by the encoded words that many put there instead."""
    found = _quietly(part, "get_filename")
    return header_text(found) if isinstance(found, str) else ""


def _name(part: Message, kind: str, number: int) -> str:
    """The last step of a path, in characters that every system can write."""
    given = re.split(r"[/\\]", _file_name(part))[-1]
    name = re.sub(r'[<>:"|?*\x00-\x1f]', "_", one_line(given)).strip(". ")
    if len(name) > _MOST_NAME:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[: _MOST_NAME - 12]}{dot}{extension[:10]}" if dot else name[:_MOST_NAME]
    return name or f"attachment-{number + 1}{_EXTENSIONS.get(kind, '.bin')}"
