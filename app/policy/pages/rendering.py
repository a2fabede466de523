"""The policy as a page for customers, made of what is enforced, so that the two cannot drift apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.policy.compiled.timetable import ACCOUNT_ZONE
from app.policy.language import tables
from app.policy.language.document import Document
from app.policy.language.model import Sourced
from app.policy.language.promises import Liability
from app.policy.language.rules import CoverageEntry
from app.policy.pages.dues import following, included, owed_by_steps, owed_for
from app.policy.pages.phrases import LANGUAGES
from app.policy.pages.phrasing import Phrasing


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    language: str
    blocks: tuple[Block, ...]


def page(document: Document, language: str | None = None) -> Page:
    """The policy in a language, the document's own where that is none it can be shown in."""
    chosen = _chosen(document, language)
    say = Phrasing(document, chosen)
    title = f"{_provider(document, say)}: {say('policy')}"
    sections = (_head, _hours, _channels, _people, _actions, _promises, _owed, _prices, _included, _coverage, _clauses)
    blocks = (block for section in sections for block in section(document, say))
    return Page(title, chosen, (Heading(1, title), *blocks))


def clause_page(document: Document, clause: str, language: str | None = None) -> Page:
    """One clause of it on a page of its own; KeyError where there is none of that id."""
    chosen = _chosen(document, language)
    say = Phrasing(document, chosen)
    heading = Heading(1, f"{_provider(document, say)}: {clause}", clause)
    return Page(heading.text, chosen, (heading, Paragraph(say.text(document.clauses[clause].text))))


def _chosen(document: Document, language: str | None) -> str:
    texts = [clause.text for clause in document.clauses.values()]
    known = {*LANGUAGES, *(_base(tag) for text in texts if not isinstance(text, str) for tag in text)}
    return language if language is not None and _base(language) in known else document.locale


def _base(tag: str) -> str:
    return tag.split("-", 1)[0]


def _provider(document: Document, say: Phrasing) -> str:
    return say.text(document.name) or document.provider


def _head(document: Document, say: Phrasing) -> Iterator[Block]:
    lines = [
        (say("published"), document.published and document.published.isoformat()),
        (say("in_force_from"), document.effective_from and document.effective_from.isoformat()),
        (say("zone"), document.tz),
        (say("currency"), document.currency),
    ]
    yield Paragraph(" · ".join(f"{name}: {value}" for name, value in lines if value))


def _cited(part: Sourced) -> str:
    return ", ".join(part.clauses)


def _table(heading: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[Block]:
    """A section, without the columns in which nothing stands."""
    if rows:
        kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
        yield Heading(2, heading)
        yield Table(tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))


def _hours(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, calendar in document.calendars.items():
        closed = say.closed_on(calendar)
        zone = say("own_zone") if calendar.tz == ACCOUNT_ZONE else calendar.tz or document.tz
        rows.append((slug.replace("_", " "), say.hours(calendar), zone, say.listed(closed), _cited(calendar)))
    yield from _table(say("hours"), (say("name"), say("open"), say("zone"), say("closed_on"), say("clause")), rows)


def _channels(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, channel in document.channels.items():
        calendar = document.calendars.get(channel.calendar or "")
        name = say.named("channels", slug) + ("" if channel.official else f" ({say('unofficial')})")
        hours = say.hours(calendar) if calendar else ""
        rows.append((name, channel.contact_point or "", hours, _cited(channel)))
    yield from _table(say("channels"), (say("name"), say("contact"), say("open"), say("clause")), rows)


def _people(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, role in document.contacts.items():
        least = [say("at_least", role.min)] if role.min else []
        most = ", ".join([*least, *([say("at_most", role.max)] if role.max is not None else [])])
        may = say.listed(say(f"term {capability}") for capability in role.may)
        rows.append((say.named("contacts", slug), most, may, _cited(role)))
    yield from _table(say("people"), (say("role"), say("how_many"), say("may"), say("clause")), rows)


def _actions(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, action in document.actions.items():
        name = say("everything_else") if slug == "*" else say.named("actions", slug)
        roles = say.listed((say.named("contacts", role) for role in action.roles), "or")
        needs = say.listed(say(f"term {need}") for need in action.requires)
        rows.append((name, roles, needs, _cited(action)))
    yield from _table(say("actions"), (say("action"), say("role"), say("requires"), say("clause")), rows)


def _promises(document: Document, say: Phrasing) -> Iterator[Block]:
    yield Heading(2, say("promises"))
    ranked = sorted(document.priorities, key=lambda slug: document.priorities[slug].rank)
    if ranked:
        yield Paragraph(f"{say('priorities_in_order')}: {', '.join(say.named('priorities', p) for p in ranked)}.")
    rows = []
    for target in tables.targets(document):
        strength = say((target.strength or document.strength).value)
        when = say.condition(target.when)
        rows.append((say(target.metric), when, say.target(target), strength, _cited(target)))
    if rows:
        head = (say("metric"), say("when"), say("within"), say("strength"), say("clause"))
        yield Table(head, tuple(rows))
    else:
        yield Paragraph(say("no_times"))


def _prices(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, fee in document.fees.items():
        rows.append((say.named("fees", slug), say.fee(fee), say.terms(fee), _cited(fee)))
    if rows:
        yield from _table(say("prices"), (say("name"), say("price"), say("terms"), say("clause")), rows)
    else:
        yield Heading(2, say("prices"))
        yield Paragraph(say("no_prices"))


def _included(document: Document, say: Phrasing) -> Iterator[Block]:
    rows = []
    for slug, allowance in document.allowances.items():
        rows.append(
            (say.named("allowances", slug), included(allowance, say), following(allowance, say), _cited(allowance))
        )
    if rows:
        head = (say("name"), say("terms"), say("price"), say("clause"))
        yield from _table(say("included"), head, rows)


def _owed(document: Document, say: Phrasing) -> Iterator[Block]:
    """What is given back for misses, of one target or counted in a period."""
    rows = []
    for target in document.targets:
        if isinstance(target.liability, Liability):
            credit = target.liability.credit
            rows.append((say(target.metric), owed_for(credit, say), credit.of.replace("_", " "), _cited(target)))
    for terms in document.credits:
        metrics = say.listed(map(say, terms.metrics), "or") or terms.id.replace("_", " ")
        rows.append((metrics, owed_by_steps(terms, say), terms.of.replace("_", " "), _cited(terms)))
    if rows:
        yield from _table(say("owed"), (say("metric"), say("terms"), say("price"), say("clause")), rows)


def _coverage(document: Document, say: Phrasing) -> Iterator[Block]:
    if not document.coverage:
        return
    yield Heading(2, say("coverage"))
    head = (say("topic"), say("when"), say("status"), say("clause"))
    general = [entry for entry in document.coverage if not entry.products]
    if general:
        yield Heading(3, say("all_products"))
        yield _entries(general, say, head)
    for slug in document.products:
        own = [entry for entry in document.coverage if slug in entry.products]
        if own:
            yield Heading(3, say.named("products", slug))
            yield _entries(own, say, head)


def _entries(entries: list[CoverageEntry], say: Phrasing, head: tuple[str, ...]) -> Table:
    rows = []
    for entry in entries:
        topics = ", ".join(say.topic(topic) for topic in entry.topics)
        when = say.condition(entry.when) if entry.when else ""
        rows.append((topics, when, say.coverage(entry), _cited(entry)))
    return Table(head, tuple(rows))


def _clauses(document: Document, say: Phrasing) -> Iterator[Block]:
    yield Heading(2, say("clauses"))
    for id_, clause in document.clauses.items():
        yield Heading(3, id_, id_)
        yield Paragraph(say.text(clause.text))


# ── two ways to write a page ─────────────────────────────────────────────────
_MARKS: Mapping[str, str] = {mark: "\\" + mark for mark in "\\`*_[]<>#|~"}


def _plain(text: str) -> str:
    """Text that Markdown takes as it stands, on one line."""
    return " ".join("".join(_MARKS.get(character, character) for character in text).split())


def markdown(shown: Page) -> str:
    written = []
    for block in shown.blocks:
        match block:
            case Heading(level=level, text=text):
                written.append(f"{'#' * level} {_plain(text)}")
            case Paragraph(text=text):
                written.append(_plain(text))
            case Table(head=head, rows=rows):
                lines = [head, tuple("---" for _ in head), *rows]
                marked = [line if index == 1 else tuple(map(_plain, line)) for index, line in enumerate(lines)]
                written.append("\n".join(f"| {' | '.join(cells)} |" for cells in marked))
    return "\n\n".join(written) + "\n"


def html(shown: Page) -> str:
    """A page of its own, without scripts, styles or anything from elsewhere."""
    body = "\n".join(map(_tag, shown.blocks))
    return (
        f'<!doctype html>\n<html lang="{escape(shown.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(shown.title)}</title>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _tag(block: Block) -> str:
    match block:
        case Heading(level=level, text=text, anchor=anchor):
            named = f' id="{escape(anchor)}"' if anchor else ""
            return f"<h{level}{named}>{escape(text)}</h{level}>"
        case Paragraph(text=text):
            return f"<p>{escape(text)}</p>"
        case Table(head=head, rows=rows):
            top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
            lines = "\n".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows)
            return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"
