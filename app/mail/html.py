"""HTML as a person reads it: text with its lines, lists, quotes and link addresses; linear in its length."""

import html
import re

_MOST = 200_000
_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9]{0,20}")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]{1,500})\"|'([^']{1,500})'|([^\s>\"']{1,500}))", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "object", "svg", "noscript", "textarea"})
_BLOCKS = "p div tr ul ol table h1 h2 h3 h4 h5 h6 pre section article header footer address form hr"
_LINES = frozenset(_BLOCKS.split())
_PARAGRAPHS = frozenset({"p", "table", "h1", "h2", "h3", "ul", "ol", "pre"})


def html_to_text(source: str) -> str:
    """Quoted mail begins with `>`; what a browser would not show is left out. Tags are never trusted to be closed."""
    page = _Page()
    text, lower = source[:_MOST], source[:_MOST].lower()
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            page.say(text[at:])
            break
        page.say(text[at:start])
        at = _after(page, text, lower, start)
    return page.text()


def _after(page: "_Page", text: str, lower: str, start: int) -> int:
    """Read what begins at `<`; the place behind it."""
    if text.startswith("<!--", start):
        return _behind(text, "-->", start + 4)
    named = _NAME.match(text, start + 1)
    if named is None:
        if text[start + 1 : start + 2] in ("!", "?"):
            return _behind(text, ">", start)
        page.say("<")
        return start + 1
    end = text.find(">", start)
    if end < 0:
        return len(text)
    name = named.group().lower()
    page.tag(name, text[named.end() : end])
    if name in _HIDDEN and text[end - 1] != "/":
        closing = lower.find(f"</{name}", end)
        return len(text) if closing < 0 else _behind(text, ">", closing)
    return end + 1


def _behind(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return len(text) if end < 0 else end + len(mark)


class _Page:
    def __init__(self) -> None:
        self._done: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._link: str | None = None

    def say(self, text: str) -> None:
        if text:
            self._line.append(_SPACE.sub(" ", html.unescape(text).replace("\n", " ")))

    def tag(self, name: str, rest: str) -> None:
        if name in ("br", "br/"):
            self._end_line(always=True)
        elif name == "blockquote":
            self._end_line()
            self._quotes = min(self._quotes + 1, 9)
        elif name == "/blockquote":
            self._end_line()
            self._quotes = max(self._quotes - 1, 0)
        elif name == "li":
            self._end_line()
            self._line.append("- ")
        elif name in ("td", "th"):
            self._line.append(" ")
        elif name == "a":
            found = _HREF.search(rest)
            self._link = html.unescape(next(filter(None, found.groups()), "")) if found else None
        elif name == "/a":
            self._end_link()
        elif name.lstrip("/") in _LINES:
            self._end_line()
            if name.lstrip("/") in _PARAGRAPHS:
                self._blank()

    def _end_link(self) -> None:
        link, self._link = self._link, None
        if link and link.startswith(("http://", "https://")) and link not in "".join(self._line[-3:]):
            self._line.append(f" <{link}>")

    def _blank(self) -> None:
        if self._done and self._done[-1] != "":
            self._done.append("")

    def _end_line(self, always: bool = False) -> None:
        line = _SPACE.sub(" ", "".join(self._line)).strip()
        self._line = []
        if line or always:
            self._done.append("> " * self._quotes + line)

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._done)).strip()
