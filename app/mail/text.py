"""Bytes and encoded words become clean Unicode: whatever a mail claims about its characters."""

import binascii
import re
from email.errors import HeaderParseError
from email.header import decode_header

from app.base.unseen import is_unseen

MOST_TEXT = 60_000
"""Characters of a mail that are read; nobody describes a problem at such length."""
_TRUSTED = re.compile(
    r"(?:us-?ascii|ascii|ansi_x3\.4-1968|utf-?(?:8|16|32)(?:-?[lb]e)?|(?:iso|iso8859|iso-8859|latin)[-_]?\d{1,2}"
    r"|(?:windows|cp)-?\d{3,4}|koi8-?[rut]|gb(?:2312|k|18030)|hz(?:-gb-2312)?|big5(?:-?hkscs)?|(?:x-)?euc-(?:jp|kr|cn)"
    r"|(?:x-)?s(?:hift)?[-_]?jis|iso-2022-(?:jp|kr)(?:-\d)?|ks_c_5601-1987|tis-620|mac(?:intosh|-?roman)?)"
)
_OTHER_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "cp932", "shift_jis": "cp932", "euc-cn": "gb18030"}
_OTHER_NAMES |= {"ks_c_5601-1987": "cp949", "macintosh": "mac-roman", "ansi_x3.4-1968": "ascii", "windows-874": "cp874"}
_CONTROLS = {code: None for code in range(0x20) if code not in (0x09, 0x0A)}
_CONTROLS |= dict.fromkeys((*range(127, 160), 8232, 8233, 65279, 65534, 65535))
# Marks that turn the order of what follows: a file name may end otherwise than it looks.
_TURNING = dict.fromkeys((1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298)))
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bqBQ]\?[^?]*\?=")
_GLUED_WORDS = re.compile(r"(\?=)(?==\?)")


def decoded(content: bytes, charset: str | None) -> str:
    """By the charset that is claimed, else UTF-8, else as Windows writes; never an error."""
    name = (charset or "").strip().strip("'\"").lower()
    if name and _TRUSTED.fullmatch(name):
        try:
            return content.decode(_OTHER_NAMES.get(name, name))
        except (LookupError, UnicodeError):
            pass
    try:
        return content.decode("utf-8")
    except UnicodeError:
        return content.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Several lines, ended by line feeds, without control characters or halves of characters."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return _SURROGATE.sub("\ufffd", unified.translate(_CONTROLS))


def one_line(text: str) -> str:
    """As `clean`, on one line and without marks that turn the writing direction; empty where nothing of it is seen."""
    return seen(" ".join(clean(text.replace("\x00", "")).translate(_TURNING).split()))


def seen(text: str) -> str:
    return "" if is_unseen(text) else text


def header_text(value: str) -> str:
    """An unstructured header with its encoded words (RFC 2047) decoded, on one line."""
    if not _ENCODED_WORD.search(value):
        return one_line(value)
    try:
        parts = decode_header(_GLUED_WORDS.sub(r"\1 ", value))
    except (HeaderParseError, ValueError, binascii.Error):
        return one_line(value)
    return one_line("".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts))


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
