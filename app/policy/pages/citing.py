"""One clause: what it says, everything that rests on it in words, and the readings beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.base.pointers import pointer
from app.policy.checks.references import parts
from app.policy.language.calendars import Calendar
from app.policy.language.clauses import Assumption
from app.policy.language.document import Document
from app.policy.language.model import Sourced
from app.policy.language.prices import Fee
from app.policy.language.promises import Department, Target
from app.policy.language.rules import CoverageEntry, Rule
from app.policy.pages.phrasing import Phrasing, plain


@dataclass(frozen=True, slots=True)
class Use:
    """A part of the policy that rests on a clause."""

    pointer: str
    sentence: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplainedClause:
    id: str
    kind: str
    text: str
    strict: bool
    informative: str | None
    """Why nothing rests on it."""
    uses: tuple[Use, ...]
    questions: tuple[tuple[str, str, str], ...]
    """Readings that concern it: id, question, and the value in force."""


def explain_clause(document: Document, clause: str, language: str | None = None) -> ExplainedClause | None:
    """What a clause of this document does; None where the document has no such clause."""
    found = document.clauses.get(clause)
    if found is None:
        return None
    say = Phrasing(document, language or document.locale)
    uses = tuple(_uses(document, clause, say))
    readings = {id_ for use in uses for id_ in use.assumptions}
    readings |= {id_ for id_, assumption in document.assumptions.items() if clause in assumption.clauses}
    return ExplainedClause(
        id=clause,
        kind=found.kind,
        text=say.text(found.text),
        strict=found.strict,
        informative=say.text(found.informative) if found.informative is not None else None,
        uses=uses,
        questions=tuple(_question(id_, document.assumptions[id_], say) for id_ in sorted(readings)),
    )


def _question(id_: str, assumption: Assumption, say: Phrasing) -> tuple[str, str, str]:
    return id_, say.text(assumption.question), assumption.value


def _uses(document: Document, clause: str, say: Phrasing) -> Iterator[Use]:
    for steps, part in parts(document):
        cited = part.clauses if isinstance(part, Sourced) else ()
        more = getattr(part, "waive_clauses", ()) or getattr(part, "availability", ())
        if clause in cited or clause in more:
            sentence = f"{' '.join(str(step) for step in steps[:2])}: {_sentence(part, say)}"
            yield Use(pointer(*steps), sentence, part.assumption if isinstance(part, Sourced) else ())


def _sentence(part: BaseModel, say: Phrasing) -> str:  # noqa: PLR0911 - one sentence per kind of part
    match part:
        case Rule():
            effects = say.listed(map(say.effect, part.then)) or say("nothing")
            return f"{part.stage}: {_when(part.when, say)} → {effects}"
        case CoverageEntry():
            products = [say.named("products", product) for product in part.products]
            sold = f" ({say.listed(products)})" if products else ""
            return f"{_when(part.when, say, *map(say.topic, part.topics))}{sold} → {say.coverage(part)}"
        case Target():
            return f"{say(part.metric)}: {_when(part.when, say)} → {say.target(part)}"
        case Fee():
            return "; ".join(words for words in (say.fee(part), say.terms(part)) if words)
        case Calendar():
            return say.hours(part)
        case Department():
            return _when(part.when, say)
        case _:
            stated = part.model_dump(mode="json", exclude_unset=True, exclude={"clauses", "assumption"})
            return ", ".join(f"{name} {plain(value)}" for name, value in stated.items()) or say("always")


def _when(predicate: dict[str, Any], say: Phrasing, *topics: str) -> str:
    said = [*([say.listed(topics)] if topics else []), *([say.condition(predicate)] if predicate else [])]
    return f" {say('and')} ".join(said) or say("always")
