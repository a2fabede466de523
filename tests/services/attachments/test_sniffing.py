"""A file is what its content says; nothing a name claims counts, and nothing breaks on hostile bytes."""

import io
import struct
import zipfile
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.base.errors import Problem
from app.services.attachments.sniffing import UNKNOWN, Content, inspect


def png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00" + b"\0" * 9
    )


def docx() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return file.getvalue()


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\x00"
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + frame + b"\0" * 16


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x00\x01\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + size


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
KNOWN = {
    "a picture": (png(800, 600), "image/png"),
    "a photograph": (jpeg(4000, 3000), "image/jpeg"),
    "a document": (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "a page": (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "text/html"),
    "a drawing": (SVG, "image/svg+xml"),
    "a log": ("2026-02-10 ERROR caf\u00e9 \u2620\n".encode() * 9, "text/plain"),
    "a log in colours": (b"\x1b[31mERROR\x1b[0m disk full\n", "text/plain"),
    "a log with a mark at its front": (b"\xef\xbb\xbfok\n", "text/plain"),
    "a text that begins like a picture": (b"BM is short for benchmark, and MZ for nothing.\n", "text/plain"),
    "a text that begins like a program": (b"MZ is short for nothing.\n", "text/plain"),
    "a script": (b"#!/bin/sh\nls -l\n", "text/plain"),
    "a printed page": (b"%PDF-1.4\n1 0 obj\n", "application/pdf"),
    "bytes": (bytes(range(256)), UNKNOWN),
    "a text cut within a character": ("caf\u00e9".encode()[:-1], UNKNOWN),
    "a picture that is a page, too": (b"GIF89a/*\x00\x01*/=1;<script>alert(1)</script>\x80", "image/gif"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_what_it_holds(name: str) -> None:
    content, media_type = KNOWN[name]
    assert inspect(io.BytesIO(content)) == Content(len(content), sha256(content).digest(), media_type)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + b"\0" * 80, "not_offered"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 60, "not_offered"),
        (b"\xcf\xfa\xed\xfe" + b"\0" * 60, "not_offered"),
        (b"\x00asm\x01\0\0\0", "not_offered"),
        (b"MZ\x00<svg xmlns='http://www.w3.org/2000/svg'/>", "not_offered"),
        (png(60_000, 60_000), "too_large"),
        (png(2**32 - 1, 2**32 - 1), "too_large"),
        (jpeg(65_535, 65_535), "too_large"),
        (webp(16_000, 16_000), "too_large"),
        (b"GIF89a\xff\xff\xff\xff\x00", "too_large"),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 20_000, -20_000), "too_large"),
    ],
)
def test_what_is_empty_runs_or_explodes_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        inspect(io.BytesIO(content))
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/file", code)]


@given(st.sampled_from([b"", *(content for content, _ in KNOWN.values())]), st.binary(max_size=80), st.integers(0, 64))
@example(b"", b"\xff\xd8\xff\xc0", 0)
@example(b"", b"\xff\xd8\xff\xe0\x00\x00\xff\xe0\x00\x00", 0)
def test_any_bytes_are_judged(begun: bytes, rest: bytes, cut: int) -> None:
    content = begun[:cut] + rest
    with suppress(Problem):
        found = inspect(io.BytesIO(content))
        assert (found.size, found.digest) == (len(content), sha256(content).digest())
        assert found.media_type.isascii()
        assert found.media_type.count("/") == 1
