"""How alike two messages are: whether the same problem is told twice, and the words that both have."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from app.triage.features import UNKNOWN, Evidence, of_message, weighed
from app.triage.lexicon import Lexicon
from app.triage.text import folded, read
from app.triage.words import FILE_ENDS, TELLING_NUMBERS

ALIKE = 0.63
"""From this score on, the same problem is told twice.

On labelled pairs at least 19 in 20 of those above it are one problem, and about a quarter of all that are stay below.
"""
# Who names the same site or mailbox more likely means the same, the same invoice a little; who names another one hardly
# does. Nor does who asks how something is done, where the other tells that it fails.
_SAME_NAMED, _SAME_NUMBER, _OTHER_NAMED, _ONE_ASKS_HOW = 0.1, 0.05, 0.5, 0.9
_HOW = "=howto"
_ROUNDED = 0.001
_SHARPER = 3
_MOST_READ, _MOST_REASONS = 8_000, 6
_NAMED = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w.-]{1,80})"
    r"|(?P<host>\b[a-z0-9-]{2,63}(?:\.[a-z0-9-]{1,63}){1,8}\b)"
    r"|(?P<number>\b\d{4,12}\b)"
    r"|\b(?P<machine>(?:server|serveur|servidor|node|vps|srv|host)[ -]?\d{1,3})\b"
)
_Key = TypeVar("_Key", str, int)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Between 0 and 1; two that share no word are not alike at all."""

    score: float
    because: tuple[str, ...]
    """Words of the first that the second has too, in whatever form or language; strongest first."""


class Sound:
    """A message as it is compared: its subject and body in one text. What it is about is worked out when asked for."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.evidence: Mapping[str, Evidence] = of_message(read("", text), mended=lexicon.spelling.mended).whole
        self._lexicon = lexicon
        unknown = lexicon.rarity.get(UNKNOWN, 0.0)
        self.words = {
            feature: (1 + math.log(max(found.weight, 0.4))) * found.kind * lexicon.rarity.get(feature, unknown)
            for feature, found in self.evidence.items()
            if " " not in feature and feature[0] != "§"
        }
        self.named = _named(text)

    @cached_property
    def matter(self) -> Mapping[int, float]:
        """By topic, the loudest well above the others."""
        weight = weighed(self.evidence, self._lexicon.rarity)
        scores = {at: score for at, score in self._lexicon.scores(weight).items() if score > 0}
        loudest = max(scores.values(), default=1.0)
        return {at: (score / loudest) ** _SHARPER for at, score in scores.items()}


def compared(one: Sound, two: Sound) -> Likeness:
    """Of two messages, subject and body in one text each. Pure, symmetric in its score, bounded for any text."""
    score = math.sqrt(_cosine(one.words, two.words) * _cosine(one.matter, two.matter))
    alike, named = _named_alike(one, two)
    if alike is not None:
        worth = _SAME_NUMBER if all(name.isdigit() for name in named) else _SAME_NAMED
        score = score + worth * min(1.0, 2 * score) if alike else score * _OTHER_NAMED
    if (_HOW in one.evidence) != (_HOW in two.evidence):
        score *= _ONE_ASKS_HOW
    return Likeness(round(min(score, 1.0), 3), (*named, *_shared(one, two))[:_MOST_REASONS] if score else ())


def may_be_alike(one: Sound, two: Sound) -> bool:
    """A cheap look at their words alone: where it says no, comparing them gives less than what counts as alike."""
    return math.sqrt(_cosine(one.words, two.words)) + _SAME_NAMED > ALIKE - _ROUNDED


def _named(text: str) -> dict[str, frozenset[str]]:
    """Mailboxes, hosts, machines and numbers of documents, by kind."""
    found: dict[str, set[str]] = {}
    for match in _NAMED.finditer(folded(text[:_MOST_READ])):
        kind, name = str(match.lastgroup), match.group().strip(".-").removeprefix("www.").replace(" ", "")
        is_file = kind == "host" and name.rpartition(".")[2] in FILE_ENDS
        is_common = kind == "number" and (name in TELLING_NUMBERS or (name[:2] in {"19", "20"} and len(name) == 4))
        if not is_file and not is_common:
            found.setdefault(kind, set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}


def _named_alike(one: Sound, two: Sound) -> tuple[bool | None, tuple[str, ...]]:
    """Whether both name the same things, None where that is open; and which."""
    kinds = one.named.keys() & two.named.keys()
    common = tuple(sorted(name for kind in kinds for name in one.named[kind] & two.named[kind]))
    all_differ = any(not one.named[kind] & two.named[kind] for kind in kinds)
    return (None if bool(common) == all_differ else bool(common)), common


def _shared(one: Sound, two: Sound) -> tuple[str, ...]:
    by_said: dict[str, float] = {}
    for feature in one.words.keys() & two.words.keys():
        said = one.evidence[feature].said
        by_said[said] = max(by_said.get(said, 0.0), one.words[feature] * two.words[feature])
    return tuple(sorted(by_said, key=lambda said: (-by_said[said], said)))


def _cosine(one: Mapping[_Key, float], two: Mapping[_Key, float]) -> float:
    lengths = math.sqrt(math.fsum(x * x for x in one.values()) * math.fsum(x * x for x in two.values()))
    return math.fsum(x * two.get(key, 0.0) for key, x in one.items()) / lengths if lengths else 0.0
