"""Secrets that somebody wrote into a text, in English, French or Portuguese: found and struck out, nothing else."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.triage.text import caseless

MARK: Final = "[redacted:{}]"

_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: ?[0-9a-fA-F]+")

_TOKENS = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,255}|glpat-[A-Za-z0-9_-]{20,64}"
    r"|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{20,255}"
    r"|sk-[A-Za-z0-9_-]{20,255}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{40,255}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|AIza[A-Za-z0-9_-]{35}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}"
    r"|eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,1024}"
    r")(?![A-Za-z0-9_-])"
)
_TOKENS_BEGIN: Final = ("AKIA", "ASIA", "AIza", "SG.", "eyJ")
_BEGIN_WITH_LINES: Final = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "_live_", "_test_", "whsec_", "npm_")
_BEGIN_WITH_DASHES: Final = ("glpat-", "sk-", "pypi-", "xox")
"""One of these is in whatever is a token."""
_BEARER = re.compile(r"(?i:\b(?:bearer|basic) +)(?P<value>[A-Za-z0-9._~+/-]{16,4096}=*)(?![\w-])")
_IN_ADDRESS = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s/:@\"'<>]{0,100}:(?P<value>[^\s/@\"'<>]{1,200})@")
_ON_COMMAND_LINE = re.compile(
    r"(?:\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]{0,120}? -p(?P<mysql>[^\s'\"-][^\s'\"]{2,100})"
    r"|\b(?:curl|wget)\b[^\n]{0,200}? (?:-u|--user) ?[^\s:]{1,100}:(?P<curl>[^\s'\"]{3,200})"
    r"|\bsshpass +-p *(?P<ssh>[^\s]{3,200}))"
)

_COMMANDS: Final = ("mysql", "mariadb", "curl", "wget", "sshpass")

_CALLED = (
    r"(?:pass ?words?|pass ?phrase|passwd|pass ?code|pwd|psw|pw|passe?|pin(?: code)?|"
    r"(?:mot|mots) de passe|mdp|code secret|"
    r"senhas?|palavra[ -]?(?:passe|chave)|c[oó]digo secreto|"
    r"(?:epp|auth|transfer|authori[sz]ation)[ _-]?(?:info[ _-]?)?code|code d['’ ]autorisation|code epp|"
    r"c[oó]digo (?:de )?(?:autoriza[cç][aã]o|epp)|"
    r"cvv2?|cvc2?)"
)
_KEYED = (
    r"(?:(?:api|access|auth|secret|private|client|license|encryption|signing|refresh|app)[ _-]?(?:key|token|secret)|"
    r"(?:secret[ _-]?)?access[ _-]?key|token|secret|"
    r"cl[eé]s? (?:d['’ ]?api|api|secr[eè]te|priv[eé]e|d['’ ]acc[eè]s)|jeton|"
    r"chave (?:de |da )?(?:api|secreta|privada|acesso))"
)
_LABELLED = re.compile(
    rf"(?i:(?<![^\W_])(?:(?P<password>{_CALLED})|(?P<key>{_KEYED})))"
    # What may stand between the word and its value: whose password it is, then how the value is introduced.
    r"(?P<owner>(?: +(?!(?i:is|est|e|é|era|est[aá]|was)\b)[\w./@'’()-]{1,40}){0,5}?)"
    r"[\"'’]?[)\]]? *(?:\([^()\n]{1,60}\) *)?"
    r"(?P<by>[:=]>?|-?->|,(?= ?['\"])|(?i:\b(?:is now|is|was|est|é|era|est[aá]))[ :]*(?=[ \"'«“`]|(?<=:)))"
    r"(?P<gap>[ \t]*(?:\r?\n[ \t]*)?)"
    r"(?P<value>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|«[^»\n]{1,200}»|“[^”\n]{1,200}”|`[^`\n]{1,200}`|[^\s\"'<>«»“”]{1,400})"
)
_LABELS: Final = (
    *("pass", "pw", "psw", "pin", "mdp", "code", "digo", "senha", "palavra", "cvv", "cvc"),
    *("key", "token", "secret", "clé", "cle ", "cles ", "jeton", "chave"),
)
"""One of these is in whatever is called a password or a key."""
_CALLED_SO = re.compile(rf"[\W_](?i:{_CALLED}|{_KEYED})")
_PAIR = re.compile(
    rf"(?i:\b(?:user ?name|user|login|e-?mail|identifiant|utilisateur|usu[aá]rio|conta)s? *[/|+&] *{_CALLED})"
    r" *(?:[:=]|->|(?i:is|est|é)\b) *(?P<value>[^\s/|]{1,100} *[/|] *[^\s]{1,100}|[^\s]{1,100}[ ,]+[^\s]{1,100})"
)
_CARD = re.compile(r"(?<![\w.,+#/-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)")
_DIGITS: Final = b"0123456789"
_CARD_DIGITS: Final = 13
_CARD_LONG = re.compile(r"\d(?:[ -]?\d){12}")
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|(?:5041|506[67]|509\d|6277|636[23]|6062)\d{12}"
)

_WORDS = """
please the a an my your our his her it this that there not no none yes and or but if so for to from by in on at of with
wrong incorrect invalid bad denied refused rejected expired forgotten forgot lost changed reset required missing
unknown unset empty set blank correct right ok okay fine working broken failed failing fails error accepted same still
again being also always never now here below above attached enclosed hidden secret private safe secure weak strong
mandatory protected needed too very only authentication authenticated mismatch login change update recovery manager
svp merci le la les un une des mon ma mes votre vos notre il elle ce cette pas non oui et ou mais si pour de du dans
oublie oublié perdu perdue refuse refusé refusee refusée incorrecte mauvais mauvaise faux fausse errone erroné invalide
expire expiré change changé inconnu inconnue requis requise obligatoire toujours encore rejete rejeté bloque bloqué
por favor obrigado obrigada o os as um uma meu minha seu sua nao não sim e ou mas se para da do na errada errado
incorreta incorreto inválida invalida inválido invalido recusada recusado negada expirada expirou esquecida esqueci
perdida perdi alterada trocada redefinir desconhecida obrigatória sempre ainda correta certa certo bloqueada
"""
_PROSE = frozenset(_WORDS.split())
_SHORTEST: Final = 3
_ENDS: Final = ".,;:!?)]}»”'\""


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without its secrets, and what kinds of them there were, in the order of the text."""

    text: str
    kinds: tuple[str, ...] = ()


def redact(text: str) -> Redacted:
    """Without its passwords, keys, tokens and card numbers. What was struck out once stays as it is."""
    return struck_by(likely(text), text)


def likely(text: str) -> list["Search"]:
    """The searches that can find anything in this text, told by a cheap look: nearly every text has no secret."""
    letters = caseless(text)
    found = list[Search]()
    if "-----BEGIN" in text or "PuTTY-" in text:
        found.append(_key_blocks)
    if _may_be_token(text) or "bearer" in letters or "basic" in letters:
        found.append(_tokens)
    if "://" in text and "@" in text:
        found.append(_in_addresses)
    if " -" in text and _any_of(_COMMANDS, text):
        found.append(_on_command_lines)
    if _may_be_card(text):
        found.append(_cards)
    if _any_of(_LABELS, letters) and _CALLED_SO.search(f"\n{text}"):
        found.append(_labelled)
    return found


def struck_by(searches: Iterable["Search"], text: str) -> Redacted:
    """What the first finds stands where a later one would strike out a part of it."""
    found = _Found(text)
    for search in searches:
        search(found)
    return found.struck()


class _Found:
    """Places in the text that are struck out; where two meet, the one found first stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: list[tuple[int, int, str]] = []
        self._taken = bytearray(len(text))

    def add(self, kind: str, span: tuple[int, int]) -> None:
        begin, end = span
        if begin < end and 1 not in self._taken[begin:end]:
            self._taken[begin:end] = b"\x01" * (end - begin)
            self.places.append((begin, end, kind))

    def all(
        self, pattern: re.Pattern[str], judge: Callable[[re.Match[str]], tuple[str, tuple[int, int]] | None]
    ) -> None:
        for match in pattern.finditer(self.text):
            judged = judge(match)
            if judged is not None and not self.text.startswith("[redacted:", judged[1][0]):
                self.add(*judged)

    def struck(self) -> Redacted:
        if not self.places:
            return Redacted(self.text)
        parts, at = list[str](), 0
        for begin, end, kind in sorted(self.places):
            parts += (self.text[at:begin], MARK.format(kind))
            at = end
        return Redacted("".join((*parts, self.text[at:])), tuple(kind for _, _, kind in sorted(self.places)))


Search = Callable[[_Found], None]


def _key_blocks(found: _Found) -> None:
    """To the end of the block; one that is cut off, to the end of the text."""
    at = 0
    while begins := _KEY_BEGINS.search(found.text, at):
        ends = _KEY_ENDS.search(found.text, begins.end())
        at = ends.end() if ends else len(found.text)
        found.add("private_key", (begins.start(), at))


def _tokens(found: _Found) -> None:
    found.all(_TOKENS, lambda m: ("api_key", m.span()))
    found.all(_BEARER, lambda m: ("api_key", m.span("value")))


def _in_addresses(found: _Found) -> None:
    found.all(_IN_ADDRESS, lambda m: ("password", m.span("value")))


def _on_command_lines(found: _Found) -> None:
    found.all(_ON_COMMAND_LINE, lambda m: ("password", m.span(m.lastgroup or 0)))


def _cards(found: _Found) -> None:
    found.all(_CARD, _card)


def _card(match: re.Match[str]) -> tuple[str, tuple[int, int]] | None:
    digits = re.sub(r"\D", "", match.group())
    if not _ISSUED.fullmatch(digits) or len(set(digits)) == 1 or not _luhn(digits):
        return None
    return "card_number", match.span()


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right counts twice."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _pair(match: re.Match[str]) -> tuple[str, tuple[int, int]] | None:
    """`login / password: bob / s3cret`: both go, for which is which nobody can say."""
    words = re.split(r"[\s/|,]+", match.group("value").strip())
    if any(_is_prose(word) for word in words):
        return None
    return "password", match.span("value")


def _labelled(found: _Found) -> None:
    found.all(_PAIR, _pair)
    at = 0
    while match := _LABELLED.search(found.text, at):
        # The next word may be a label, too: `password (see below) password: x`.
        at = match.end("password") if match["password"] else match.end("key")
        span = _value(match)
        if span is None or match["value"].startswith("[redacted:"):
            continue
        found.add("api_key" if match["key"] else "password", span)
        at = max(at, span[1])


def _value(match: re.Match[str]) -> tuple[int, int] | None:
    """The place of the value, if that is what stands there rather than the rest of a sentence."""
    begin, end = match.span("value")
    value = match["value"]
    quoted = value[0] in "\"'«“`"
    if quoted:
        begin, end, value = begin + 1, end - 1, value[1:-1].strip()
    else:
        bare = value.rstrip(_ENDS)
        # `S3cret!` ends in a mark of its own; a full stop is the sentence's.
        ends_line = match.string[end : end + 1] in ("", "\n", "\r")
        kept = value.rstrip(".,;:)]}»”'\"") if not ends_line or bare.isalpha() else value.rstrip(".,;")
        end, value = begin + len(kept), kept
    if len(value) < _SHORTEST or not value.strip("*•.xX-_…?") or _is_prose(value):
        return None
    introduced = match["by"][0] in ":=-,"
    far = "\n" in match["gap"] or bool(match["owner"].strip())
    if match["key"] and not quoted:
        return (begin, end) if len(value) >= 12 and _telling(value) else None
    if quoted and (introduced or _telling(value)):
        return begin, end
    if _telling(value):
        return (begin, end) if introduced or _mixed(value) else None
    alone = match.string[match.end("value") : match.end("value") + 1] in ("", "\n", "\r")
    return (begin, end) if introduced and alone and not far else None


def _is_prose(value: str) -> bool:
    return value.strip(_ENDS + "(«“[").casefold() in _PROSE


def _telling(value: str) -> bool:
    """A figure, a sign, or a capital inside: what a word of a sentence does not have."""
    inner = value.strip(_ENDS)
    return any(c.isdigit() for c in value) or bool(re.search(r"[^\w\s'’.,;:!?()/-]", value)) or _camel(inner)


def _mixed(value: str) -> bool:
    """Told by a verb alone (`the password is 5`), it must look like one."""
    kinds = (str.isdigit, str.isalpha, lambda c: not c.isalnum())
    return len(value) >= 5 and sum(any(kind(c) for c in value) for kind in kinds) >= 2


def _camel(word: str) -> bool:
    return not word.isupper() and any(c.isupper() for c in word[1:]) and any(c.islower() for c in word)


def _may_be_token(text: str) -> bool:
    return (
        _any_of(_TOKENS_BEGIN, text)
        or ("_" in text and _any_of(_BEGIN_WITH_LINES, text))
        or ("-" in text and _any_of(_BEGIN_WITH_DASHES, text))
    )


def _may_be_card(text: str) -> bool:
    plain = text.encode("ascii", "replace")
    digits = len(plain) - len(plain.translate(None, _DIGITS))
    # The first of a card's are of ASCII, whatever the others are.
    return digits > 0 and (digits >= _CARD_DIGITS or not text.isascii()) and _CARD_LONG.search(text) is not None


def _any_of(parts: Iterable[str], text: str) -> bool:
    return any(map(text.__contains__, parts))


SEARCHES: Final[Sequence[Search]] = (_key_blocks, _tokens, _in_addresses, _on_command_lines, _cards, _labelled)
"""In their order."""
