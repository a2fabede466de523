"""What a letter says: our words in the reader's language, or the operator's own, laid out as text and as HTML."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from jinja2 import Environment, FileSystemLoader, TemplateError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.services.mail.languages import WORDS, words_in

_UNFIT: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template that somebody wrote may do instead of saying something."""
_log = structlog.get_logger("clausedesk.mail")
# Operators write templates too, and theirs come from the database.
_WORDS: Final = ImmutableSandboxedEnvironment(autoescape=False)
_PAGES: Final = Environment(loader=FileSystemLoader(WORDS), autoescape=select_autoescape(["html"]))


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
