"""What is covered, and the decision table."""

from collections.abc import Mapping

from pydantic import Field

from app.base.vocabulary import Coverage, Strength, WorkGate
from app.policy.language.effects import Effect, Stage
from app.policy.language.model import Duration, Model, Slug, Sourced, TopicPattern
from app.policy.language.predicate import Predicate
from app.policy.language.promises import Table


class CoverageEntry(Sourced):
    """Whether help with a topic is given, and at whose cost."""

    id: Slug | None = None
    topics: tuple[TopicPattern, ...] = Field(min_length=1)
    products: tuple[Slug, ...] = ()
    variants: tuple[Slug, ...] = ()
    when: Predicate = {}
    status: Coverage
    override: int | None = Field(None, ge=1, le=99)
    """Stands before all ordinary entries, by this rank."""
    except_: tuple[TopicPattern, ...] = Field((), alias="except")
    only: tuple[Coverage, ...] = ()
    """An override that lets these statuses of the ordinary entry through ..."""
    else_: Coverage | None = Field(None, alias="else")
    """... and turns every other into this one."""
    strict: bool = False
    """Staff may not override it."""
    reason: Slug | None = None
    """Reason code of the refusal; left out: topic_not_supported."""
    fee: Slug | None = None
    allowance: Slug | None = None
    """Help that is included and drawn first."""
    strength: Strength | None = None
    """Strength of the targets of such tickets."""
    provisional_when: Predicate | None = None
    gate_first: Mapping[WorkGate, Predicate] = {}
    """Gates that stay closed while their conditions hold."""
    suggest: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


class Same(Model):
    """Looks for an open ticket, or in rules about events an earlier event, with these values in common."""

    facts: tuple[str, ...] = Field(min_length=1)
    within: Duration
    topics: tuple[TopicPattern, ...] = ()
    """Only tickets about one of these; left out: about anything."""


class Rule(Sourced):
    """One row of the decision table: within its stage, in the document's order."""

    id: Slug | None = None
    check: Slug | None = None
    """A name by which `exempt` can spare requests this rule."""
    stage: Stage
    """When it is asked. A request passes topic, sender, emergency, applicability, channel, duplicate, intake, action,
    classify, priority, coverage, target, fee, schedule and effects, in this order; the first outcome but `accepted`
    ends admission. `priority`: the first rule that gives one. `event`, `notice`, `transition`: by themselves."""
    when: Predicate = {}
    same: Same | None = None
    table: Table | None = None
    """The answer by two facts; `then` follows in every cell."""
    then: tuple[Effect, ...] = ()
    else_: tuple[Effect, ...] = Field((), alias="else")
    stop: bool = False
    """No later rule of this stage is asked once this one has applied."""
