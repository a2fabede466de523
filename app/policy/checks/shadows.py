"""Rules that contradict each other, and entries that can never be reached behind an earlier one."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.policy.language.document import Document
from app.policy.language.faults import Steps
from app.policy.language.matters import Alias
from app.policy.language.promises import Target
from app.policy.language.rules import CoverageEntry, Rule

Shadow = tuple[Steps, str, str]
"""The place, the code, and the sentence."""

# Of these effects a decision keeps one; beside each, the member that says what it is about.
_SINGLE = {"outcome": None, "priority": None, "department": None, "level": None, "topic": None, "fact": "fact"}


_MOST_COMPARED = 50
"""Earlier entries of one kind that an entry is held against."""


def condition_key(predicate: Mapping[str, Any]) -> str:
    """Equal for conditions that say the same in another order."""
    return json.dumps(_normal(predicate), sort_keys=True, default=str)


def _normal(predicate: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, wanted in predicate.items():
        if key in ("any", "all") and isinstance(wanted, list | tuple):
            said[key] = sorted((_normal(part) for part in wanted), key=lambda part: json.dumps(part, sort_keys=True))
        elif key == "not" and isinstance(wanted, Mapping):
            said[key] = _normal(wanted)
        elif isinstance(wanted, Mapping):
            said[key] = {op: _values(operand) for op, operand in wanted.items()}
        else:
            said[key] = _values(wanted)
    return said


def _values(wanted: Any) -> list[str]:
    return sorted(json.dumps(v, default=str) for v in (wanted if isinstance(wanted, list | tuple) else (wanted,)))


def contradictions(document: Document) -> Iterator[Shadow]:
    """Rules of one stage with one condition and two answers, and rules behind one that always ends the stage."""
    first: dict[tuple[str, str, str | None], list[tuple[int, Rule]]] = {}
    ended: dict[str, int] = {}
    for index, rule in enumerate(document.rules):
        if rule.table is not None:
            continue  # its cells are told apart by what they are the cells of
        here: Steps = ("rules", index)
        if rule.stage in ended:
            before = _name(document.rules[ended[rule.stage]], ended[rule.stage])
            yield (
                here,
                "unreachable_rule",
                f"Rule {_name(rule, index)} is never asked: rule {before} always ends the stage.",
            )
            continue
        if rule.same is None:
            known = first.setdefault((rule.stage, condition_key(rule.when), rule.check), [])
            yield from _against(here, (index, rule), known)
            if len(known) < _MOST_COMPARED:
                known.append((index, rule))
            if not rule.when and (rule.stop or (rule.stage == "priority" and "priority" in _says(rule))):
                ended[rule.stage] = index


def _against(here: Steps, rule: tuple[int, Rule], earlier: Iterable[tuple[int, Rule]]) -> Iterator[Shadow]:
    """At most one finding a rule: the first that stands against it."""
    index, later = rule
    said = _says(later)
    for position, before in earlier:
        other = _says(before)
        if any(other.get(what, answer) != answer for what, answer in said.items()):
            message = f"Rule {_name(later, index)} says otherwise than rule {_name(before, position)}"
            yield here, "contradictory_rules", f"{message} under the same condition."
        elif said and said == other:
            yield here, "unreachable_rule", f"Rule {_name(later, index)} repeats rule {_name(before, position)}."
        elif before.stop:
            message = f"Rule {_name(later, index)} is never asked: rule {_name(before, position)} ends the stage first."
            yield here, "unreachable_rule", message
        else:
            continue
        return


def _says(rule: Rule) -> dict[str, str]:
    said = {}
    for effect in rule.then:
        if effect.do in _SINGLE:
            about = _SINGLE[effect.do]
            said[f"{effect.do} {getattr(effect, about) if about else ''}".strip()] = effect.model_dump_json()
    return said


def _name(entry: Any, index: int) -> str:
    return f"`{entry.id}`" if getattr(entry, "id", None) else f"{index + 1}"


def unreachable(document: Document) -> Iterator[Shadow]:
    """Coverage entries, targets, aliases and departments that an earlier one always precedes."""
    ordinary = [(i, e) for i, e in enumerate(document.coverage) if e.override is None]
    ranked = [(i, e) for i, e in enumerate(document.coverage) if e.override is not None]
    ranked.sort(key=lambda entry: (entry[1].override or 0, entry[0]))
    yield from _behind("coverage", ordinary, lambda e: e.topics, lambda e: e.topics[:1], _same_reach)
    yield from _behind("coverage", ranked, lambda e: e.topics, lambda e: _patterns(e.topics), _wider_reach)
    targets = [(i, t) for i, t in enumerate(document.targets) if t.table is None]
    aliases = list(enumerate(document.aliases))
    yield from _behind("targets", targets, lambda t: (t.metric,), lambda t: (t.metric,), _earlier_target)
    yield from _behind("aliases", aliases, lambda a: a.topics, lambda a: _patterns(a.topics), _wider_alias)
    yield from _departments(document)


_SINGULAR = {"coverage": "coverage entry", "targets": "target", "aliases": "alias"}
_ALWAYS = condition_key({})


def _behind(
    member: str,
    entries: Sequence[tuple[int, Any]],
    filed: Callable[[Any], Iterable[str]],
    sought: Callable[[Any], Iterable[str]],
    hides: Callable[[Any, Any], bool],
) -> Iterator[Shadow]:
    """Entries that an earlier one hides; only those with a shared key and an equal or empty condition are compared."""
    index: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for position, entry in entries:
        condition = condition_key(entry.when)
        candidates = (b for key in sought(entry) for c in (condition, _ALWAYS) for b in index.get((key, c), ()))
        before = next((b for b in candidates if hides(b[1], entry)), None)
        if before is not None:
            what, name = _SINGULAR[member], _name(before[1], before[0])
            message = f"This {what} is never reached: entry {name} comes first and always holds."
            yield (member, position), f"unreachable_{what.replace(' ', '_')}", message
        for key in filed(entry):
            bucket = index.setdefault((key, condition), [])
            if len(bucket) < _MOST_COMPARED:
                bucket.append((position, entry))


def _patterns(topics: tuple[str, ...]) -> list[str]:
    """Every pattern that reaches the first of these topics."""
    segments = topics[0].split(".") if topics else []
    return ["*", *(".".join(segments[:n]) for n in range(1, len(segments) + 1))]


def _same_reach(before: CoverageEntry, entry: CoverageEntry) -> bool:
    """Of equally narrow entries the earlier one answers; a wider one never hides a narrower."""
    return (
        set(entry.topics) <= set(before.topics)
        and set(before.except_) <= set(entry.except_)
        and _products_within(entry, before, equal_kind=True)
        and condition_key(before.when) == condition_key(entry.when)
    )


def _wider_reach(before: CoverageEntry, entry: CoverageEntry) -> bool:
    return (
        not before.only
        and not before.except_
        and all(_under(topic, before.topics) for topic in entry.topics)
        and _products_within(entry, before, equal_kind=False)
        and (not before.when or condition_key(before.when) == condition_key(entry.when))
    )


def _products_within(entry: CoverageEntry, before: CoverageEntry, *, equal_kind: bool) -> bool:
    if set(before.variants) != set(entry.variants) and (before.variants or equal_kind):
        return False
    if not before.products:
        return not entry.products or not equal_kind
    return bool(entry.products) and set(entry.products) <= set(before.products)


def _under(topic: str, patterns: Iterable[str]) -> bool:
    return any(p in ("*", topic) or topic.startswith(p + ".") for p in patterns)


def _earlier_target(before: Target, entry: Target) -> bool:
    if before.metric != entry.metric:
        return False
    if condition_key(before.when) == condition_key(entry.when):
        return True
    return not before.when and not entry.when.keys() & {"department", "priority"} and not _reads_rank(entry.when)


def _reads_rank(predicate: Mapping[str, Any]) -> bool:
    """Whether a target's condition puts it before those without one."""
    text = json.dumps(predicate, default=str)
    return '"department"' in text or '"priority"' in text


def _wider_alias(before: Alias, entry: Alias) -> bool:
    return all(_under(topic, before.topics) for topic in entry.topics) and (
        not before.when or condition_key(before.when) == condition_key(entry.when)
    )


def _departments(document: Document) -> Iterator[Shadow]:
    seen: dict[str, str] = {}
    for slug, department in document.departments.items():
        key = condition_key(department.when)
        if key in seen:
            message = f"Department `{slug}` gets nothing: `{seen[key]}` has the same condition and comes first."
            yield ("departments", slug), "unreachable_department", message
        seen.setdefault(key, slug)
