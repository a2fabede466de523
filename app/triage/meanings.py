"""What words mean: those of the trade by their meaning, the others by their stem."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.triage.stopwords import STOP_WORDS
from app.triage.trade import MEANINGS
from app.triage.words import stem, tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of text that carries meaning, and how it was said."""

    meaning: str
    """`=name` for a word of the trade in whatever language, else its stem."""
    said: str
    stems: tuple[str, ...]


def _tables() -> tuple[dict[str, tuple[tuple[tuple[str, ...], str], ...]], dict[str, str]]:
    """Meanings by the first word of what says them, longest first; and by the stem of a single word, where only one."""
    by_first: dict[str, dict[tuple[str, ...], str]] = {}
    by_stem: dict[str, set[str]] = {}
    for line in MEANINGS.replace("\n  ", " ").strip().splitlines():
        name, _, ways = line.partition(":")
        for way in ways.split(","):
            said = tuple(tokens(way))
            assert any(not token.startswith("§") for token in said), way
            by_first.setdefault(said[0], {}).setdefault(said, f"={name}")
            if len(said) == 1 and len(said[0]) > 4:
                by_stem.setdefault(stem(said[0]), set()).add(f"={name}")
    longest_first = {w: tuple(sorted(ways.items(), key=lambda way: -len(way[0]))) for w, ways in by_first.items()}
    return longest_first, {word: next(iter(names)) for word, names in by_stem.items() if len(names) == 1}


_BY_FIRST, _BY_STEM = _tables()
_EMPTY = frozenset(STOP_WORDS.split())


def pieces(text: str, mended: Callable[[str], str] | None = None) -> list[Piece]:
    """What a text says, in order; empty words are left out. `mended`: a word as it was probably meant."""
    words = list(tokens(text))
    found = []
    at = 0
    while at < len(words):
        length, meaning = _longest(words, at)
        if meaning or words[at] not in _EMPTY:
            said = words[at : at + length]
            stems = tuple(stem(word) for word in said if word not in _EMPTY)
            if mended and not meaning and (meant := mended(words[at])) != words[at]:
                meaning, stems = _longest([meant], 0)[1], (stem(meant),)
            found.append(Piece(meaning or stems[0], " ".join(said), stems))
        at += length
    return found


def trade_words() -> Iterable[str]:
    """Words that alone or with others have a meaning, and the empty ones: all that are no typos."""
    yield from sorted(_EMPTY)
    for ways in _BY_FIRST.values():
        for said, _ in ways:
            yield from said


def _longest(words: list[str], at: int) -> tuple[int, str | None]:
    word = words[at]
    for said, name in _BY_FIRST.get(word, ()):
        if len(said) == 1 or tuple(words[at : at + len(said)]) == said:
            return len(said), name
    if len(word) > 4 and word not in _EMPTY:
        return 1, _BY_STEM.get(stem(word))
    return 1, None
