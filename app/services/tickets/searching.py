"""What somebody types to find tickets: words, phrases in quotes, and what must not occur behind a minus sign."""

import re
from typing import Final

from app.base.errors import Fault, Problem
from app.base.identifiers import parse_reference

_TERM: Final = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_MOST_TERMS: Final = 10


def terms_of(typed: str) -> list[str]:
    """As `matching_tickets_between` takes them. A ticket's reference may be typed as it was heard on the telephone."""
    reference = parse_reference(typed)
    if reference is not None:
        return [reference]
    found = [f'{minus}"{phrase}"' if word == "" else minus + word for minus, phrase, word in _TERM.findall(typed)]
    terms = [term for term in found if re.search(r"\w", term)]
    if len(terms) > _MOST_TERMS:
        raise _refused("too_long", f"At most {_MOST_TERMS} words and phrases are looked for.")
    if all(term.startswith("-") for term in terms):
        raise _refused("required", "This must hold a word to look for.")
    return terms


def _refused(code: str, message: str) -> Problem:
    return Problem("invalid", errors=[Fault("/query/q", code, message)])
