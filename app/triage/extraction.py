"""What identifies or describes, read from a message for intake: names, account, error, time. It gives no standing."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from typing import TypedDict

from app.triage.labelled import filled_in
from app.triage.text import Told, caseless, folded
from app.triage.times import when

_NAME = (
    r"(?P<first>[^\W\d_][\w'’-]{1,30})"
    r"(?P<rest>(?: +(?:(?:de|da|do|dos|das|van|von|der|du|le|la) +)*[^\W\d_][\w'’.-]{0,30}){0,3})"
)
_PRESENTED = {
    re.compile(pattern): words
    for pattern, words in (
        (rf"(?:^|[.!,;\n] *)(?i:my name is|this is|i am called) +{_NAME}", ("name is", "this is", "am called")),
        (rf"(?:^|\n)(?i:(?:hi|hello|hey)[,!.]* +)?{_NAME} +(?i:here)(?=[,.:!]| from| at|$)", ("here",)),
        (rf"(?:^|[.!,;\n] *)(?i:je m'appelle|je me nomme|ici) +{_NAME}", ("m'appelle", "me nomme", "ici")),
        (
            rf"(?:^|[.!,;\n] *)(?i:aqui (?:é|e|fala|quem fala é)(?: [oa])?|meu nome (?:é|e)|me chamo) +{_NAME}",
            ("aqui", "meu nome", "me chamo"),
        ),
    )
}
"""How people say who they are, each with words without which it cannot be there."""
_PRESENTING = tuple((word, pattern) for pattern, words in _PRESENTED.items() for word in words)
_WHOLE_LINE = re.compile(rf"{_NAME}")
_NOT_NAMES = """
support team urgent hello hi dear site website server service help the a my your our i we it is not still again from
sent company ltd inc office regards thanks thank best kind sincerely tel phone
bonjour merci equipe le la les un une je nous technique direction comptabilite sarl cordialement urgente
ola atendimento suporte o os um uma eu diretoria financeiro departamento ltda att atenciosamente obrigado obrigada
"""
_NO_NAMES = frozenset(_NOT_NAMES.split())
_PARTICLES = frozenset({"de", "da", "do", "dos", "das", "du", "la", "le", "van", "von", "der"})
_ACCOUNT = re.compile(
    r"\b(?:account|acct|user ?name|login|compte|identifiant|utilisateur|conta|usuario|cliente)(?: (?:name"
    r"|number|id|no|client|numero|de"
    r" usuario))?(?: is| est| e)? ?[:#=]? ?[\"']?(?P<name>[a-z0-9][a-z0-9._-]{1,63})"
)
_OF_ACCOUNTS = ("acc", "user", "login", "compte", "identifiant", "utilisateur", "conta", "usuario", "cliente")
"""One of these is in whatever is called an account."""
_QUOTED = re.compile(r"[\"](?P<words>[^\"\n]{6,300})[\"]")
_ERROR_WORDS = re.compile(
    r"(?:error|fail|denied|refused|timed? ?out|exception|fatal|unable|cannot|could not|invalid|not found"
    r"|forbidden|rejected|exceeded"
    r"|expired|erreur|echec|refuse|introuvable|impossible|erro|falha|negado|recusad|nao foi possivel|invalido"
    r"|0x[0-9a-f]{4,8}|\b[45]\d\d\b|err_[a-z_]+|sqlstate)"
)
_CODE = re.compile(
    r"\b(?:ERR_[A-Z_]{4,60}|NET::[A-Z_]{4,60}|SQLSTATE\[[^\]\n]{1,20}\][^\n]{0,200}|0x[0-9A-Fa-f]{6,8}"
    r"|SEC_ERROR_[A-Z_]{4,60}"
    r"|[45]\d\d [45]\.\d{1,2}\.\d{1,3}[^\n]{0,200}|(?i:(?:http )?err(?:or|eur|o) [45]\d\d)\b)"
)
_OF_CODES = ("ERR_", "NET::", "SQLSTATE[", "0x", "SEC_ERROR_")
_STATUS = re.compile(r"[45]\d\d(?!\w)(?<!\w\d\d\d)")
"""One of these, or a status, is in whatever is a code."""
_BEFORE_STATUS = len("http erreur ")
_HOST = r"(?:https?://)?(?:www\.)?(?P<name>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}[a-z]{2,18})(?![\w@-])"
_BEFORE_HOST = len("https://www.")
_DOMAIN = re.compile(rf"(?<![@\w.-]){_HOST}")
_CALLED_DOMAIN = re.compile(rf"\b(?:domain|domaine|dominio)(?: name)?(?: is| est| e)? ?:? ?{_HOST}")
_SEVERAL_WORDS = re.compile(r"(?s)(?>.*?[^\W\d_]{2,}+){12}")
_FIGURE = re.compile(r"\d")
_NAMED = frozenset({"first_name", "last_name"})
_NO_FORM: Mapping[str, str] = {}
_NOBODY = (None, None)


class Extracted(TypedDict, total=False):
    """Facts that the text may assert: only those that were found."""

    first_name: str
    last_name: str
    account_username: str
    error_message: str
    description: bool
    occurred_at: datetime
    hosted_domain: str


def extract(
    told: Told,
    *,
    received_at: datetime,
    zone: tzinfo,
    usernames: Collection[str] = (),
    domains: Collection[str] = (),
) -> Extracted:
    """`usernames`, `domains`: those of the accounts in question; `zone`: where the sender's clock hangs."""
    found = Extracted()
    form, figures, spans, named = _form(told), told.leads.figures, False, bool(told.signature)
    for lead in told.leads.words:
        named, spans = named or lead.name, spans or lead.span
    if not _NAMED.isdisjoint(form):
        first, last = form.get("first_name"), form.get("last_name")
    else:
        first, last = _names(told) if named else _NOBODY
    if first is not None:
        found["first_name"] = first
    if last is not None:
        found["last_name"] = last
    username = _account(told, usernames) or (form.get("account_username") if not usernames else None)
    if username is not None:
        found["account_username"] = username
    error = error_said(told)
    if error is not None:
        found["error_message"] = error
    if _SEVERAL_WORDS.match(told.said) is not None:
        found["description"] = True
    at = when(told.letters, received_at, zone, figures=figures, spans=spans) if figures or spans else None
    if at is not None:
        found["occurred_at"] = at
    domain = _domain(told.letters, domains) if "." in told.letters else None
    if domain is not None:
        found["hosted_domain"] = domain
    return found


def _form(told: Told) -> Mapping[str, str]:
    if told.logs or told.signature:
        return filled_in("\n".join((told.own, told.logs, *told.signature)))
    return filled_in(told.own) if ":" in told.own or "=" in told.own else _NO_FORM


def _names(told: Told) -> tuple[str | None, str | None]:
    """From the signature's first line, or from where somebody says who he is."""
    for line in told.signature[:2]:
        found = _WHOLE_LINE.fullmatch(line.strip(" ,.-"))
        if found and (name := _person(found)):
            return name
    letters = caseless(told.said)
    for word, pattern in _PRESENTING:
        if word in letters:
            for found in pattern.finditer(told.said):
                if name := _person(found):
                    return name
    return _NOBODY


def _person(found: re.Match[str]) -> tuple[str, str | None] | None:
    words = [found.group("first"), *found.group("rest").split()]
    kept: list[str] = []
    for word in words:
        particle = bool(kept) and folded(word) in _PARTICLES
        if not particle and (folded(word) in _NO_NAMES or not word[0].isupper()):
            break
        kept.append(word.strip(".,"))
        if len(word) > 2 and word.endswith("."):
            break
    if not kept or len(kept) > 4:
        return None
    return kept[0], " ".join(kept[1:]) or None


def _account(told: Told, usernames: Collection[str]) -> str | None:
    """A known name anywhere, or the only word that is called one."""
    if not usernames and not told.leads.figures and not told.signature:
        return None
    text = f"{told.letters}\n{folded(' '.join(told.signature))}" if told.signature else told.letters
    if usernames:
        known = {folded(name): name for name in usernames}
        words = set(re.findall(r"[a-z0-9][a-z0-9._-]{1,63}", text))
        present = sorted(name for name in known if name in words or name in {word.strip(".-_") for word in words})
        return known[present[0]] if len(present) == 1 else None
    if not _FIGURE.search(text) or not any(map(text.__contains__, _OF_ACCOUNTS)):
        return None
    named = {m.group("name").strip("._-") for m in _ACCOUNT.finditer(text)}
    telling = sorted(name for name in named if re.search(r"\d", name) and re.search(r"[a-z]", name))
    return telling[0] if len(telling) == 1 else None


def error_said(told: Told) -> str | None:
    """The words of a machine: a log line that speaks of an error, else a quotation that does, else a code."""
    said = told.own
    for line in told.logs.splitlines():
        if _ERROR_WORDS.search(folded(line)):
            return line[:500]
    code = None
    if any(map(said.__contains__, _OF_CODES)):
        code = _CODE.search(said)
    elif told.leads.figures and (status := _STATUS.search(said)):
        code = _CODE.search(said, max(0, status.start() - _BEFORE_STATUS))
    for quoted in _QUOTED.finditer(said) if '"' in said else ():
        if _ERROR_WORDS.search(folded(quoted.group("words"))):
            return quoted.group("words").strip()
    return code.group().strip()[:500] if code else None


def _domain(text: str, domains: Collection[str]) -> str | None:
    """One of the account's own, else the only one that is called a domain: other names may be anybody's."""
    own = set(map(folded, domains))
    places = [at for at in map(text.find, own) if at >= 0]
    known: str | None = None
    if places:
        begin = max(0, min(places) - _BEFORE_HOST)
        known = next((m.group("name") for m in _DOMAIN.finditer(text, begin) if m.group("name") in own), None)
    named = "domain" in text or "dominio" in text
    called = {m.group("name") for m in _CALLED_DOMAIN.finditer(text)} if named else set()
    return known or (called.pop() if len(called) == 1 and not own else None)
