"""Clauses of the published text, and the readings chosen where it is silent or contradicts itself."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field, JsonValue

from app.policy.language.model import ClauseId, Model, Slug, Words


class Clause(Model):
    """One statement of the published text, under an id that is never renumbered."""

    kind: Slug
    text: Words
    """The statement in plain words; what a decision shows as its reason."""
    strict: bool = False
    informative: Words | None = None
    """Why no rule uses it; a clause without a rule needs this."""


class Alternative(Model):
    """Another reading an operator may choose, as a patch of the document."""

    meaning: Words
    changes: Mapping[str, JsonValue] | None = None
    """Merge patch over this document; entries of lists are addressed by their `id`."""


class Accepts(Model):
    """A value of the operator's own in place of an alternative."""

    type: Literal["amount", "share", "number", "duration", "holiday_set", "text"]
    at: tuple[str, ...] = Field(min_length=1)
    """JSON pointers into this document where the value is put; list entries are addressed by their `id`."""


class Assumption(Model):
    """A reading chosen where the text is silent or contradicts itself; settled in this one place."""

    question: Words
    value: str
    """The reading in force, in a few words or as the value itself."""
    alternatives: Mapping[str, Alternative] = {}
    accepts: Accepts | None = None
    clauses: tuple[ClauseId, ...] = ()
    overridable: bool = True
    decided_by: Literal["author", "operator"] = "author"
    decided_at: date | None = None
