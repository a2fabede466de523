"""Text made into words, and words into stems: the pieces that evidence hangs on."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.triage.text import folded

MOST_WORDS = 1_200


def _several(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKEN = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w.-]{0,80})"
    r"|(?P<url>https?://[^\s<>\"]{1,300})"
    r"|(?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b)"
    r"|(?P<code>0x[0-9a-f]{4,8}|\b[45]\.\d\.\d{1,2}\b)"
    r"|(?P<money>[$€£]\s?\d[\d.,]*|\b(?:r|rs|us|cad|usd|zar|eur|brl)\$?\s?\d[\d.,]*"
    r"|\b\d[\d.,]*\s?(?:€|euros?\b|reais\b|dollars?\b|rand\b))"
    r"|(?P<host>\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+\b)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<number>\d+)"
)
FILE_ENDS = _several(
    "php html htm js css pl cgi py rb asp aspx jsp sql ini conf log htaccess txt xml json zip gz tar exe dll jpg jpeg"
    " png gif pdf doc docx xls xlsx pst csv sh bak cfg"
)
# Status codes, ports and product numbers that say something; other numbers are only numbers.
TELLING_NUMBERS = _several(
    "400 401 403 404 405 408 413 421 425 429 450 451 452 454 500 501 502 503 504 505 508 520 521 522 523 524 525 526"
    " 530 535 550 551 552 553 554 21 22 25 53 80 110 143 443 465 587 990 993 995 2082 2083 2086 2087 2095 2096"
    " 3306 3389 8443 8880 1045 1226 2002 2003 2006 1130 365 2fa"
)
_ENDS = tuple(
    sorted(
        _several(
            "ings ing edly ed ate ates ated ating es s ments ment ations ation ions ion ly al als ements ement ees ee"
            " er ez ent ait ais amentos amento acoes acao coes cao ando endo indo aram eram iram ava avam ados adas"
            " idos idas ado ada ido ida ar ir ou am em ei eur eurs euse ant ante antes ive ifs if able avel ancia encia"
            " mente aux"
        ),
        key=lambda end: (-len(end), end),
    )
)
_STEM = 7


@lru_cache(maxsize=30_000)
def stem(word: str) -> str:
    """What stays of a folded word in whatever form, in any of the languages; short so that kin meet."""
    if len(word) <= 4 or word[0] == "§":
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for end in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= 4:
            word = word[: -len(end)]
            break
    return (word.rstrip("aeiouy") or word)[:_STEM] if len(word) > 4 else word


def tokens(text: str) -> Iterator[str]:
    """The words of a text, folded; what only counts as a kind (an address, a sum) as `§kind`."""
    for left, match in zip(range(MOST_WORDS), _TOKEN.finditer(folded(text)), strict=False):
        kind, value = match.lastgroup, match.group()
        assert left >= 0
        match kind:
            case "word":
                yield from _parts_of_word(value)
            case "host":
                yield from _parts_of_host(value)
            case "number":
                yield value if value in TELLING_NUMBERS else "§number"
            case "code":
                yield value
            case _:
                yield f"§{kind}"


def _parts_of_word(word: str) -> Iterator[str]:
    """Elisions apart (l'hébergement), English contractions together (can't → cant)."""
    head, _, tail = word.partition("'")
    if not tail:
        yield head
    elif (len(tail) <= 2 and len(head) > 2) or head in {"i", "he", "it", "we"}:
        yield head + tail
    else:
        yield head
        yield tail


def _parts_of_host(value: str) -> Iterator[str]:
    parts = value.split(".")
    if parts[-1] in FILE_ENDS:
        yield from (part for part in parts if not part.isdigit())
        yield "§file"
    elif parts[-1].isdigit():
        yield from (part for part in parts if len(part) > 2 and part.isalpha())
        yield "§number"
    elif len(parts[-1]) >= 2 and parts[-1].isalpha():
        yield from (part for part in parts[:-1] if len(part) > 3 and part.isalpha())
        yield "§domain"
    else:
        yield from (part for part in parts if part.isalpha())
