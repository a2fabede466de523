"""What changed between two versions of a policy, in words, and for whom."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from app.policy.language import tables
from app.policy.language.document import Document
from app.policy.language.prices import Allowance
from app.policy.language.promises import Credits, Liability, Target
from app.policy.language.rules import CoverageEntry, Rule
from app.policy.pages.dues import following, included, owed_by_steps, owed_for
from app.policy.pages.phrasing import Phrasing, plain


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer as it was."""

    section: str
    name: str
    what: str
    """added, removed or changed"""
    whom: str
    """Whom it concerns; `everybody` where nothing narrows it."""
    sentence: str


def difference(old: Document, new: Document, language: str = "en") -> list[Change]:
    """Every change that a customer or member of staff could notice, in the order of a document."""
    before, after = Phrasing(old, language), Phrasing(new, language)
    return [
        *_basics(old, new),
        *_holidays(old, new),
        *_entries("clauses", old.clauses, new.clauses, lambda c, say: say.text(c.text).rstrip("."), before, after),
        *_entries("calendars", old.calendars, new.calendars, _calendar, before, after),
        *_entries("channels", old.channels, new.channels, _channel, before, after),
        *_by_name("languages", "products", "contacts", "actions", "facts", "topics")(before, after),
        *_entries("priorities", old.priorities, new.priorities, lambda p, _: f"rank {p.rank}", before, after),
        *_by_name("levels", "departments", "metrics")(before, after),
        *_lists("targets", tuple(tables.targets(old)), tuple(tables.targets(new)), _target, before, after),
        *_entries("fees", old.fees, new.fees, lambda f, say: _joined(say.fee(f), say.terms(f)), before, after),
        *_entries("allowances", old.allowances, new.allowances, _allowance, before, after),
        *_lists("credits", old.credits, new.credits, _credits, before, after),
        *_lists("coverage", old.coverage, new.coverage, _coverage, before, after),
        *_lists("aliases", old.aliases, new.aliases, _stated, before, after),
        *_lists("rules", tuple(tables.rules(old)), tuple(tables.rules(new)), _rule, before, after),
        *_by_name("goals", "reasons")(before, after),
        *_entries("assumptions", old.assumptions, new.assumptions, lambda a, _: a.value, before, after),
    ]


_BASICS = (
    *("name", "tz", "currency", "strength", "locale", "effective_until", "about", "change", "unspecified"),
    *("unverified", "other_channels", "excuses", "contract", "queue"),
)


def _basics(old: Document, new: Document) -> Iterator[Change]:
    for name in _BASICS:
        before, after = _shown(getattr(old, name)), _shown(getattr(new, name))
        if before != after:
            sentence = f"{name}: {before} becomes {after}."
            yield Change("policy", name, "changed", "everybody", sentence)


def _holidays(old: Document, new: Document) -> Iterator[Change]:
    """Dates that have become free, or are worked now."""
    for name in {**old.holidays, **new.holidays}:
        was, now = set(old.holidays.get(name, ())), set(new.holidays.get(name, ()))
        for what, dates in (("added", now - was), ("removed", was - now)):
            if dates:
                kind = "new" if what == "added" else "gone"
                listed = ", ".join(day.isoformat() for day in sorted(dates))
                yield Change("holidays", name, what, "everybody", f"Holidays {name} {kind}: {listed}.")


def _shown(value: Any) -> str:
    if hasattr(value, "model_dump"):
        stated = value.model_dump(mode="json", exclude={"clauses", "assumption"})
        return ", ".join(f"{name} {plain(member)}" for name, member in stated.items())
    return f"“{value}”"


Says = Callable[[Any, Phrasing], str]


def _by_name(*sections: str) -> Callable[[Phrasing, Phrasing], Iterator[Change]]:
    """Sections whose entries are told by what they state."""

    def changes(before: Phrasing, after: Phrasing) -> Iterator[Change]:
        for section in sections:
            old, new = getattr(before.document, section), getattr(after.document, section)
            yield from _entries(section, old, new, _stated, before, after)

    return changes


def _entries(
    section: str, old: Mapping[Any, Any], new: Mapping[Any, Any], says: Says, before: Phrasing, after: Phrasing
) -> Iterator[Change]:
    """Changes of entries that have names."""
    for name in [*old, *(name for name in new if name not in old)]:
        kind = _one_of(section)
        said = f"{kind} {name}"
        if name not in new:
            yield Change(
                section, str(name), "removed", _whom(old[name], before), f"{said} is gone: {says(old[name], before)}."
            )
        elif name not in old:
            yield Change(
                section, str(name), "added", _whom(new[name], after), f"{said} is new: {says(new[name], after)}."
            )
        elif old[name] != new[name]:
            yield _changed(section, str(name), said, (old[name], new[name]), says, before, after)


def _one_of(section: str) -> str:
    irregular = {"priorities": "Priority", "aliases": "Alias", "credits": "Credits"}
    return irregular.get(section, section.removesuffix("s").capitalize())


def _changed(
    section: str, name: str, said: str, entries: tuple[Any, Any], says: Says, before: Phrasing, after: Phrasing
) -> Change:
    was, now = says(entries[0], before), says(entries[1], after)
    if was != now:
        sentence = f"{said} changes from: {was}; to: {now}."
    else:
        members = _members(*entries)
        sentence = f"{said} changes in {', '.join(members)}: {now}."
    return Change(section, name, "changed", _whom(entries[1], after), sentence)


def _members(was: Any, now: Any) -> list[str]:
    fields = type(now).model_fields
    return [field.alias or name for name, field in fields.items() if getattr(was, name) != getattr(now, name)]


def _lists(
    section: str, old: tuple[Any, ...], new: tuple[Any, ...], says: Says, before: Phrasing, after: Phrasing
) -> Iterator[Change]:
    """Changes of entries in lists: known by their ids, else by what they stand for, else by what they say."""
    was, now = _keyed(old, before), _keyed(new, after)
    kind = _one_of(section)
    for key, entry in was.items():
        if key not in now:
            sentence = f"{kind} gone: {says(entry, before)}."
            yield Change(section, key, "removed", _whom(entry, before), sentence)
    for key, entry in now.items():
        if key not in was:
            yield Change(section, key, "added", _whom(entry, after), f"{kind} new: {says(entry, after)}.")
        elif was[key] != entry:
            yield _changed(section, key, kind, (was[key], entry), says, before, after)
    yield from _moved(section, list(was), list(now))


def _keyed(entries: tuple[Any, ...], say: Phrasing) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        key = _identity(entry, say)
        number = 1
        while (key if number == 1 else f"{key} ({number})") in found:
            number += 1
        found[key if number == 1 else f"{key} ({number})"] = entry
    return found


def _identity(entry: Any, say: Phrasing) -> str:
    own = getattr(entry, "id", None)
    if own is not None:
        return str(own)
    match entry:
        case Target():
            return f"{entry.metric}: {say.condition(entry.when)}"
        case CoverageEntry():
            products = f" ({', '.join(entry.products)})" if entry.products else ""
            return f"{', '.join(entry.topics)}{products}: {say.condition(entry.when)}"
        case Rule():
            return f"{entry.stage}: {say.condition(entry.when)}"
        case _:
            return str(entry)


def _moved(section: str, old: list[str], new: list[str]) -> Iterator[Change]:
    """Order decides which of several entries is asked first."""
    was, now = [k for k in old if k in set(new)], [k for k in new if k in set(old)]
    stayed = {
        k for a, _, n in SequenceMatcher(a=was, b=now, autojunk=False).get_matching_blocks() for k in was[a : a + n]
    }
    for key in now:
        if key not in stayed:
            kind = _one_of(section)
            sentence = f"{kind} “{key}” stands at another place and is asked earlier or later than before."
            yield Change(section, key, "moved", "everybody", sentence)


def _whom(entry: Any, say: Phrasing) -> str:
    """Whom a change concerns, from the conditions of the entry itself."""
    said = []
    topics = [topic for topic in getattr(entry, "topics", ()) if topic != "*"]
    if topics:
        said.append(f"requests about {say.listed(map(say.topic, topics), 'or')}")
    products = getattr(entry, "products", ())
    if products:
        said.append(f"customers of {say.listed((say.named('products', p) for p in products), 'or')}")
    when = getattr(entry, "when", None)
    if when:
        said.append(f"when {say.condition(when)}")
    return ", ".join(said) or "everybody"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _calendar(calendar: Any, say: Phrasing) -> str:
    closed = say.closed_on(calendar)
    return _joined(say.hours(calendar), calendar.tz or "", f"closed on {say.listed(closed)}" if closed else "")


def _channel(channel: Any, say: Phrasing) -> str:
    parts = [
        say.text(channel.name),
        channel.contact_point or "",
        f"hours {channel.calendar}" if channel.calendar else "",
    ]
    return _joined(*parts, "" if channel.official else say("unofficial"))


def _target(target: Target, say: Phrasing) -> str:
    strength = f" ({say(target.strength.value)})" if target.strength else ""
    owed = f", {owed_for(target.liability.credit, say)}" if isinstance(target.liability, Liability) else ""
    return f"{say(target.metric)} {say.target(target)}{strength}{owed}, {_condition(target.when, say)}"


def _coverage(entry: CoverageEntry, say: Phrasing) -> str:
    products = f" for {say.listed(say.named('products', p) for p in entry.products)}" if entry.products else ""
    topics = say.listed(map(say.topic, entry.topics))
    return f"{topics}{products}: {say.coverage(entry)}, {_condition(entry.when, say)}"


def _rule(rule: Rule, say: Phrasing) -> str:
    effects = say.listed(map(say.effect, rule.then)) or say("nothing")
    return f"{effects} in stage {rule.stage}, {_condition(rule.when, say)}"


def _condition(when: Mapping[str, Any], say: Phrasing) -> str:
    return f"when {say.condition(when)}" if when else say("always")


def _allowance(allowance: Allowance, say: Phrasing) -> str:
    return _joined(included(allowance, say), following(allowance, say))


def _credits(terms: Credits, say: Phrasing) -> str:
    return f"{say.listed(map(say, terms.metrics), 'or') or terms.id}: {owed_by_steps(terms, say)}"


def _stated(entry: Any, say: Phrasing) -> str:
    if not hasattr(entry, "model_dump"):
        return f"“{say.text(entry)}”"
    members = entry.model_dump(mode="json", exclude_unset=True, exclude={"clauses", "assumption"})
    return ", ".join(f"{name} {plain(value)}" for name, value in members.items()) or "as usual"
