"""What the words of a text lead to, told by one look at all of them, so that nothing is looked for in vain."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.triage.hints import NUMBERS
from app.triage.turns import BY_WORD, COUNTED, Turn

_NAMES: Mapping[str, str] = {
    **{"name": "is", "this": "is", "called": "am", "here": "", "appelle": "", "nomme": "", "ici": "", "aqui": ""},
    **{"nome": "meu", "chamo": "me"},
}
_UNITS = "minute minutes minuto minutos hour hours heure heures hora horas day days jour jours dia dias"
_SPANS = dict.fromkeys(_UNITS.split(), "ago atras il ha faz since for depuis")


@dataclass(eq=False, slots=True)
class Lead:
    """A word, and what it may be a part of. There is one for each, and nobody changes it."""

    word: str
    beside: frozenset[bytes] | None = frozenset()
    """It leads to nothing unless one of these is said, too; None where it may do so alone."""
    turns: tuple[Turn, ...] = ()
    number: bool = False
    name: bool = False
    """Whether somebody may say who they are."""
    span: bool = False
    """Whether it may be said how long ago something was."""

    def also(self, beside: Iterable[str]) -> None:
        words = frozenset(word.encode() for word in beside)
        self.beside = self.beside | words if words and self.beside is not None else None


def _leads() -> dict[bytes, Lead]:
    found: dict[str, Lead] = {word: Lead(word) for word in (*BY_WORD, *NUMBERS, *_NAMES, *_SPANS)}
    for word, (beside, turns) in BY_WORD.items():
        found[word].turns = turns
        found[word].also(beside or ())
    for word in NUMBERS:
        found[word].number = True
        found[word].also(COUNTED)
    for word, words in _NAMES.items():
        found[word].name = True
        found[word].also(words.split())
    for word, words in _SPANS.items():
        found[word].span = True
        found[word].also(words.split())
    return {word.encode(): lead for word, lead in found.items()}


_LEADS = _leads()
_COUNTED = frozenset(word.encode() for word in COUNTED)
_LETTERS, _FIGURES, _BLANK = b"abcdefghijklmnopqrstuvwxyz", b"0123456789", ord(" ")
_APART = bytes(letter if letter in _LETTERS else _BLANK for letter in range(256))
_FIGURE = re.compile(r"\d")


@dataclass(slots=True)
class Leads:
    words: list[Lead]
    """Each once."""
    figures: bool
    """Whether there are any."""
    counted: bool
    """Whether they may count something."""


def leads(letters: str) -> Leads:
    """Of folded text."""
    if letters.isascii():
        plain = letters.encode()
        figures = len(plain.translate(None, _FIGURES)) < len(plain)
    else:
        plain = letters.replace("\u0131", "i").encode("ascii", "replace")
        figures = _FIGURE.search(letters) is not None
    said = set(plain.translate(_APART).split())
    words = [
        lead for lead in filter(None, map(_LEADS.get, said)) if lead.beside is None or not lead.beside.isdisjoint(said)
    ]
    return Leads(words, figures, figures and not _COUNTED.isdisjoint(said))
