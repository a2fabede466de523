"""Text of which nobody sees anything: white space, and characters that only join or turn others."""

from typing import Final
from unicodedata import category

_FILLERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and patterns by their kind, and empty to look at."""


def is_unseen(text: str) -> bool:
    """Also where there is no text at all."""
    if not text or text.isspace():
        return True
    return not text.isascii() and all(map(_is_empty, text))


def _is_empty(character: str) -> bool:
    return character.isspace() or category(character) == "Cf" or character in _FILLERS
