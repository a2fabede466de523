"""What somebody sees who follows the link in an announcement."""

from html import escape
from string import Template

from app.services.mail.languages import WORDS, language_of, words_in


def unsubscribe_page(language: str | None, provider: str, *, done: bool) -> str:
    """Asks whether announcements shall stop, or says that they have."""
    tag = language_of(language)
    words = words_in(tag)["unsubscribe"]
    said = {**words, "language": tag, "title": Template(words["title"]).substitute(provider=provider)}
    page = Template((WORDS / ("unsubscribed.html" if done else "unsubscribe.html")).read_text("utf-8"))
    return page.substitute({name: escape(text) for name, text in said.items()})
