"""What a message hints at besides its topic: for staff to see, never to decide by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.triage.hints import HINTS, NUMBERS
from app.triage.leads import Leads, leads
from app.triage.text import Told, folded
from app.triage.turns import BY_LETTERS, OF_FIGURES, PATTERNS

_MOST_READ, _MOST_WORDS = 6_000, 4
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}")
_FIGURES = re.compile(r"\d+")
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
        found = list[Hint]()
        if self.people:
            found.append(self._hint("people", self.people, "people"))
        if self.scope is not None:
            found.append(self._hint("scope", self.scope, self.scope))
        if self.cause is not None:
            found.append(self._hint("cause", self.cause, f"by_{self.cause}"))
        if self.urgent:
            found.append(self._hint("urgent", True, "urgent"))
        if self.emergency:
            found.append(self._hint("emergency", True, "down", "standstill", "people", "all", "many", "urgent"))
        if self.angry:
            found.append(self._hint("angry", True, "angry", "abusive"))
        if self.error is not None:
            found.append(self._hint("error", self.error, "error"))
        if self.product is not None:
            found.append(self._hint("product", self.product, "product"))
        return tuple(found)

    def _hint(self, name: str, value: str | int | bool, *spoken_by: str) -> Hint:
        words = [word for of in spoken_by for word in self.because.get(of, ())]
        return Hint(name, value, tuple(words[:_MOST_WORDS]))


SILENT = Signals()
"""Of a message that hints at nothing."""


def read_signals(told: Told, error: str | None, *, products: Mapping[str, str] | None = None) -> Signals:
    """`error`: what a machine said in it; `products`: names by which one may be called, folded, to its slug."""
    text, words = told.letters, told.leads
    if len(told.own) > _MOST_READ:
        text = folded(told.own[:_MOST_READ])
        words = leads(text)
    found = heard(text, words)
    product, named = _product(text, products) if products and any(map(text.__contains__, products)) else (None, None)
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
        error = (_ADDRESS.sub("…@…", error) if "@" in error else error)[:200]
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


def heard(text: str, leads: Leads) -> dict[str, list[re.Match[str]]]:
    """The turns of phrase in folded text, by what they hint at, as searching it for each of them would find them."""
    found: dict[str, list[re.Match[str]]] = {}
    places = _places(text, leads)
    for at, name in sorted(places) if len(places) > 1 else places:
        before = found.get(name)
        if before and at < before[-1].end():
            continue
        match = PATTERNS[name].match(text, at)
        if match:
            found.setdefault(name, []).append(match)
    return found


def _places(text: str, leads: Leads) -> set[tuple[int, str]]:
    """Where a turn of phrase may begin, and what it would hint at."""
    places = set[tuple[int, str]]()
    for lead in leads.words:
        if lead.turns or lead.number:
            for at in _occurrences(lead.word, text):
                if lead.number:
                    places.add((at, "people"))
                for ahead, name, begins in lead.turns:
                    if at >= ahead and text.startswith(begins, at - ahead):
                        places.add((at - ahead, name))
    if leads.counted:
        places.update((figure.start(), name) for figure in _FIGURES.finditer(text) for name in OF_FIGURES)
    for begin, name in BY_LETTERS:
        if begin in text:
            places.update((at, name) for at in _occurrences(begin, text))
    return places


def _occurrences(word: str, text: str) -> list[int]:
    found = [text.find(word)]
    while found[-1] >= 0:
        found.append(text.find(word, found[-1] + 1))
    return found[:-1]


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
