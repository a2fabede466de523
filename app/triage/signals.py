"""What a message hints at besides its topic: for staff to see, never to decide by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.triage.beginnings import LONGEST, any_of, beginnings
from app.triage.hints import HINTS, NUMBERS, PEOPLE
from app.triage.text import Told, folded

_MOST_READ, _MOST_WORDS = 6_000, 4
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}")
_COUNTED = rf"(\d{{1,5}}|{'|'.join(sorted(NUMBERS))}) (?:of (?:our|my|the) )?(?:[a-z]{{2,12}} )?{PEOPLE}"
_TURNS: Mapping[str, tuple[str, ...]] = {**HINTS, "people": (_COUNTED,)}
_PATTERNS = {name: re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)") for name, ways in _TURNS.items()}
_BEGINNINGS = {name: tuple(sorted(frozenset[str]().union(*map(beginnings, ways)))) for name, ways in _TURNS.items()}
_PLACE = re.compile(rf"[^a-z0-9](?={any_of(frozenset[str]().union(*_BEGINNINGS.values()))})")
"""What stands before a turn of phrase, told by its first letters."""
_SCOPES = ("all", "many", "single")


@dataclass(slots=True)
class Hint:
    """One signal by name, its value, and the words that gave it."""

    name: str
    value: str | int | bool
    because: tuple[str, ...]


@dataclass(slots=True)
class Signals:
    """Hints with the words that gave them. Nobody changes one."""

    people: int | None = None
    """How many are said to be affected."""
    scope: str | None = None
    """`single`, `many` or `all`, as said."""
    cause: str | None = None
    """Whom the sender holds responsible: `provider` or `customer`."""
    urgent: bool = False
    emergency: bool = False
    """Sounds as if a business stands still: something is wholly down, and for many."""
    angry: bool = False
    abusive: bool = False
    error: str | None = None
    """What a machine said, as pasted."""
    product: str | None = None
    because: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def hints(self) -> tuple[Hint, ...]:
        """Those that are there, each with its words, in a fixed order."""
        spoken_by: Mapping[str, tuple[str, ...]] = {
            "people": ("people",),
            "scope": (str(self.scope),),
            "cause": (f"by_{self.cause}",),
            "urgent": ("urgent",),
            "emergency": ("down", "standstill", "people", "all", "many", "urgent"),
            "angry": ("angry", "abusive"),
            "error": ("error",),
            "product": ("product",),
        }
        return tuple(
            Hint(name, value, tuple(word for of in spoken for word in self.because.get(of, ()))[:_MOST_WORDS])
            for name, spoken in spoken_by.items()
            if (value := getattr(self, name)) not in (None, False)
        )


SILENT = Signals()
"""Of a message that hints at nothing."""


def read_signals(told: Told, error: str | None, *, products: Mapping[str, str] | None = None) -> Signals:
    """`error`: what a machine said in it; `products`: names by which one may be called, folded, to its slug."""
    text = told.letters if len(told.own) <= _MOST_READ else folded(told.own[:_MOST_READ])
    found = heard(text)
    product, named = _product(text, products or {})
    if not found and not named and not error:
        return SILENT
    because = {
        name: tuple(dict.fromkeys([match.group() for match in found[name]]))[:_MOST_WORDS]
        for name in HINTS
        if name in found
    }
    people, counted = _people(found.get("people", ()))
    if counted:
        because["people"] = counted
    scope = next((name for name in _SCOPES if name in because), None)
    if named:
        because["product"] = (named,)
    if error:
        # Whose address it was does not matter to anybody who reads a signal.
        error = _ADDRESS.sub("…@…", error)[:200]
        because["error"] = (error,)
    return Signals(
        people=people,
        scope=scope,
        cause="provider" if "by_provider" in because else "customer" if "by_customer" in because else None,
        urgent="urgent" in because,
        emergency=_emergency(because, people),
        angry="angry" in because or "abusive" in because,
        abusive="abusive" in because,
        error=error,
        product=product,
        because=because,
    )


def heard(text: str) -> dict[str, list[re.Match[str]]]:
    """The turns of phrase in folded text, by what they hint at, as searching it for each of them would find them."""
    found: dict[str, list[re.Match[str]]] = {}
    for place in _PLACE.finditer(f"\n{text}"):
        at = place.start()
        for name in _begun_by(text[at : at + LONGEST]):
            before = found.get(name)
            if before and at < before[-1].end():
                continue
            match = _PATTERNS[name].match(text, at)
            if match:
                found.setdefault(name, []).append(match)
    return found


@lru_cache(maxsize=4_000)
def _begun_by(letters: str) -> tuple[str, ...]:
    """What a turn of phrase that begins with these letters may hint at."""
    told = "0" if letters[0].isdecimal() else letters
    return tuple(name for name, begins in _BEGINNINGS.items() if told.startswith(begins))


def _people(found: Sequence[re.Match[str]]) -> tuple[int | None, tuple[str, ...]]:
    numbers = [int(n) if (n := match.group(1)).isdigit() else NUMBERS[n] for match in found]
    return (max(numbers), tuple(match.group() for match in found)[:4]) if numbers else (None, ())


def _emergency(because: Mapping[str, tuple[str, ...]], people: int | None) -> bool:
    """Down for all or many, or work that stands still: not one person's hurry."""
    down, still, all_, many, urgent = (name in because for name in ("down", "standstill", "all", "many", "urgent"))
    crowd = (people or 0) >= 10 or any(c.isdigit() for words in because.get("many", ()) for c in words)
    return (down and (all_ or crowd or still or (urgent and many))) or (still and (crowd or urgent or all_))


def _product(text: str, products: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The one named first, and how."""
    found = [
        (text.find(name), -len(name), slug, name)
        for name, slug in products.items()
        if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    ]
    return min(found)[2:] if found else (None, None)
