"""Names of files as people gave them, made harmless for headers, folders and the eye."""

import re
import unicodedata
from typing import Final

_LONGEST: Final = 150
_LONGEST_ENDING: Final = 16
_NOWHERE_ALLOWED: Final = re.compile(r'[<>:"|?*]')
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, marks that turn the direction of writing, and what no font shows."""
_UNNAMED: Final = "file"


def clean_name(given: str | None) -> str:
    """The last step of a path, without characters that nobody sees or that mean something to a shell or header."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given or ""))[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in _UNSEEN)
    name = " ".join(_NOWHERE_ALLOWED.sub("_", seen).split()).strip(". ")
    if len(name) <= _LONGEST:
        return name or _UNNAMED
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return name[:_LONGEST].rstrip(". ")
    return f"{stem[: _LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"
