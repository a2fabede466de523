"""What a file is, by its content alone: what the sender calls it is no evidence."""

import codecs
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Final

import puremagic

from app.base.errors import Fault, Problem

UNKNOWN: Final = "application/octet-stream"
_TEXT: Final = "text/plain"
_HEAD_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 1024 * 1024
_MOST_PIXELS: Final = 50_000_000
_EXECUTABLE: Final = (
    b"MZ",  # Windows, DOS
    b"\x7fELF",
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),  # Mach-O
    b"\xca\xfe\xba\xbe",  # Java, and Mach-O for several machines
    b"dex\n",
    b"\x00asm",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
)
_WRITTEN_AS_TEXT: Final = frozenset(
    {"application/json", "application/pdf", "application/rtf", "application/xhtml+xml", "application/xml"}
    | {"image/svg+xml", "message/rfc822"}
)
"""Types that a file of plain characters may have beside text/…; of others it only has the looks."""
# Python's own view of a text: no control characters but these.
_LAYOUT: Final = frozenset(b"\t\n\r\x0c\x1b\x08")
_NEVER_IN_TEXT: Final = bytes(set(range(32)) - _LAYOUT)


@dataclass(frozen=True, slots=True)
class Content:
    size: int
    digest: bytes
    """SHA-256."""
    media_type: str


def inspect(file: IO[bytes]) -> Content:
    """Read it once, from its beginning. Problem `invalid`: empty, a program, or a picture too large to be opened."""
    digest, size, head = sha256(), 0, b""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    readable = True
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        head = head or chunk[:_HEAD_BYTES]
        size += len(chunk)
        digest.update(chunk)
        readable = readable and _is_text(decoder, chunk)
    readable = readable and _is_text(decoder, b"", final=True)
    file.seek(0)
    if size == 0:
        raise _refused("empty", "The file is empty.")
    # What reads as a text runs nowhere and shows nothing, whatever it begins with.
    if not readable and head.startswith(_EXECUTABLE):
        raise _refused("not_offered", "Programs are not taken; send a picture, a log or a document.")
    if not readable and _pixels(head) > _MOST_PIXELS:
        raise _refused("too_large", "The picture may have at most 50 million pixels.")
    return Content(size, digest.digest(), _media_type(head, readable=readable))


def _is_text(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return len(chunk.translate(None, _NEVER_IN_TEXT)) == len(chunk)


def _media_type(head: bytes, *, readable: bool) -> str:
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if not readable:
        return found if found and not found.startswith("text/") else UNKNOWN
    return found if found.startswith("text/") or found in _WRITTEN_AS_TEXT else _TEXT


def _pixels(head: bytes) -> int:
    """As the header announces them: nothing is decoded here, but who opens the file will."""
    width = height = 0
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
    elif head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
    elif head.startswith(b"BM") and len(head) >= 26:
        width, height = map(abs, struct.unpack("<ii", head[18:26]))
    elif head.startswith(b"\xff\xd8"):
        width, height = _jpeg(head)
    elif head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) >= 30:
        width, height = (int.from_bytes(head[n : n + 3], "little") + 1 for n in (24, 27))
    return width * height


def _jpeg(head: bytes) -> tuple[int, int]:
    """From the frame's header, the first segment of its kind."""
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker = head[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return 0, 0


def _refused(code: str, message: str) -> Problem:
    return Problem("invalid", errors=[Fault("/file", code, message)])
