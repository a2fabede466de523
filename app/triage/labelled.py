"""What somebody filled in like a form: a label, a colon and a value on a line, in three languages."""

import re
from collections.abc import Mapping
from typing import Final

from app.triage.text import folded

_WHOLE_NAME: Final = "name"
_LABELS: Final[Mapping[str, str]] = {
    label: what
    for what, labels in {
        "first_name": "first name|firstname|given name|forename|prenom|primeiro nome|nome proprio",
        "last_name": "last name|lastname|surname|family name|nom de famille|sobrenome|apelido|ultimo nome",
        _WHOLE_NAME: "name|full name|my name|your name|nom|nom complet|mon nom|nome|nome completo|meu nome",
        # Not `account` or `login` alone: what follows these is as often what is wrong with it.
        "account_username": "username|user name|account username|account name|nom d'utilisateur|identifiant"
        "|nom du compte|usuario|nome de usuario|nome de utilizador|nome da conta",
    }.items()
    for label in labels.split("|")
}
_LINE: Final = re.compile(
    r"[\s*•>#-]*(?P<label>[^:=\n]{2,30}?)[\s*]*[:=][\s*]*(?P<value>[^\n]{1,80}?)[\s*,;]*", re.DOTALL
)
_NAME: Final = re.compile(r"[^\W\d_][\w'’-]*\.?(?: [^\W\d_][\w'’-]*\.?){0,4}")
_USERNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
_MOST_LINES: Final = 200


def filled_in(text: str) -> dict[str, str]:
    """`first_name`, `last_name`, `account_username`: those that a line names; of two such lines the first."""
    found: dict[str, str] = {}
    if ":" not in text and "=" not in text:
        return found
    for line in text.split("\n")[:_MOST_LINES]:
        read = _LINE.fullmatch(line) if ":" in line or "=" in line else None
        what = _LABELS.get(" ".join(folded(read["label"]).split())) if read else None
        if read is not None and what is not None:
            form = _USERNAME if what == "account_username" else _NAME
            if form.fullmatch(read["value"]):
                found.setdefault(what, read["value"])
    return _with_both_names(found)


def _with_both_names(found: dict[str, str]) -> dict[str, str]:
    """A name that is called nothing else is the other one of the two, or both."""
    whole = found.pop(_WHOLE_NAME, None)
    if whole is None:
        return found
    match "first_name" in found, "last_name" in found:
        case True, False:
            found["last_name"] = whole
        case False, True:
            found["first_name"] = whole
        case False, False:
            first, _, last = whole.partition(" ")
            found |= {"first_name": first} | ({"last_name": last} if last else {})
    return found
