"""What a letter says: our words in the reader's language, or the operator's own, laid out as text and as HTML."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from jinja2 import Environment, FileSystemLoader, TemplateError, TemplateSyntaxError, select_autoescape
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.base.errors import Fault
from app.services.mail.languages import WORDS, words_in
from app.services.mail.letters import Letter

_UNFIT: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template that somebody wrote may do instead of saying something."""
_log = structlog.get_logger("clausedesk.mail")
# Operators write templates too, and theirs come from the database.
_WORDS: Final = ImmutableSandboxedEnvironment(autoescape=False)
_PAGES: Final = Environment(loader=FileSystemLoader(WORDS), autoescape=select_autoescape(["html"]))


NAMEABLE: Final = frozenset(
    {
        "about",
        "action",
        "agree",
        "author",
        "begins",
        "confirm",
        "due",
        "ends",
        "expires",
        "lines",
        "link",
        "missing",
        "pay",
    }
    | {"provider", "redirect", "reference", "resolution", "said", "sentences", "subject", "survivor", "title", "total"}
    | {"unsubscribe"}
)
"""What a template may name; not each letter has something to say for each."""
_LETTERS: Final = {f"mail_{letter}{part}" for letter in Letter for part in ("", "_subject")}


def template_faults(templates: Mapping[str, Any]) -> list[Fault]:
    """What an operator has to be told of their templates before they count; those of notices are plain text."""
    found = list[Fault]()
    for name, own in templates.items():
        if not name.startswith("mail_"):
            continue
        if name not in _LETTERS:
            letters = ", ".join(Letter)
            found.append(
                Fault(f"/templates/{name}", "unknown", f"After `mail_` comes the name of a letter: {letters}.")
            )
            continue
        texts = {"": own} if isinstance(own, str) else {f"/{language}": text for language, text in own.items()}
        for place, text in texts.items():
            if (message := _wrong_with(text)) is not None:
                found.append(Fault(f"/templates/{name}{place}", "template", message))
    return found


def _wrong_with(text: str) -> str | None:
    try:
        unknown = find_undeclared_variables(_WORDS.parse(text)) - NAMEABLE
    except TemplateSyntaxError as error:
        return f"Line {error.lineno} is no Jinja2."
    if unknown:
        return f"A letter may name {', '.join(sorted(NAMEABLE))}, and nothing else."
    return None


def worded(letter: str, language: str, facts: Mapping[str, Any], templates: Mapping[str, str]) -> tuple[str, str, str]:
    """Subject, plain text and HTML. `templates` are the operator's: `mail_<letter>` with paragraphs, `…_subject`."""
    words = words_in(language)
    ours = words["letters"][letter]
    subject = _said(templates.get(f"mail_{letter}_subject"), ours["subject"], facts)
    own = templates.get(f"mail_{letter}")
    paragraphs = _paragraphs(own, ours["paragraphs"], facts)
    page = {**facts, "subject": subject, "language": language, "above": words["above"], "paragraphs": paragraphs}
    return subject, _PAGES.get_template("letter.txt").render(page), _PAGES.get_template("letter.html").render(page)


def _paragraphs(own: str | None, ours: list[str], facts: Mapping[str, Any]) -> list[str]:
    if own is not None:
        try:
            said = _WORDS.from_string(own).render(facts)
            return [part.strip() for part in said.split("\n\n") if part.strip()]
        except _UNFIT as error:
            _log.warning("template_unfit", error=type(error).__name__)
    rendered = (_WORDS.from_string(paragraph).render(facts).strip() for paragraph in ours)
    return [paragraph for paragraph in rendered if paragraph]


def _said(own: str | None, ours: str, facts: Mapping[str, Any]) -> str:
    if own is not None:
        try:
            return _WORDS.from_string(own).render(facts)
        except _UNFIT as error:
            _log.warning("template_unfit", error=type(error).__name__)
    return _WORDS.from_string(ours).render(facts)
