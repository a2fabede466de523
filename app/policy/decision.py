"""The answer of the engine: what was decided, and for each part of it which clause says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from app.base.money import Amount, Currency
from app.base.vocabulary import ClockState, Coverage, FeeKind, Outcome, Strength, Terms, WorkGate
from app.policy.language.model import CLOSED, Model


class Plain:
    """Data that pydantic can read and that JSON is written of."""

    __pydantic_config__: ClassVar = CLOSED

    @classmethod
    def of(cls, **members: Any) -> Self:
        """One of all its members, none left out: in half the time of the usual way, for what is made each time."""
        made = object.__new__(cls)
        made.__dict__ = members
        return made

    def changed(self, **members: Any) -> Self:
        made = object.__new__(type(self))
        made.__dict__ = {**self.__dict__, **members}
        return made


# Plain classes of data: nobody changes one. They are not frozen because a decision makes a dozen of them, and so it
# takes half the time; and they have no slots because so they are written as JSON in a fifth of the time.
@dataclass
class Citation(Plain):
    """A clause that decided, in words, with the facts it looked at (never personal values)."""

    clause: str
    sentence: str
    stage: str
    effect: str = ""
    because: Mapping[str, JsonValue] = field(default_factory=dict)


JSON_AS_THEY_ARE = frozenset({str, bool, int})


def as_cited(value: Any) -> JsonValue:
    """What a citation shows of the value of a fact."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, str | int | bool | float | list):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


@dataclass
class AssumptionUsed(Plain):
    id: str
    value: str


@dataclass
class TargetTime(Plain):
    """A time given for this ticket; `due_at` is null where none is promised."""

    metric: str
    kind: str
    clock_start: datetime | None = None
    earliest_at: datetime | None = None
    due_at: datetime | None = None
    calendar: str | None = None
    strength: Strength = Strength.UNSPECIFIED
    liability: str = "unspecified"
    status: ClockState | None = None


@dataclass(kw_only=True)
class FeeLine(Plain):
    rule: str
    text: str
    minutes: int | None = None
    quantity: str = "1"
    unit_price: Amount
    amount: Amount
    clauses: tuple[str, ...] = ()


@dataclass(kw_only=True)
class AllowanceUsed(Plain):
    """What is taken from help that is included; amounts are in the allowance's unit."""

    allowance: str
    unit: Literal["minutes", "credits", "tickets", "money"]
    drawn: Amount
    left: Amount
    rest: Amount


@dataclass(kw_only=True)
class AllowanceDrawn(AllowanceUsed):
    """The first one that the work may draw on, with those that are drawn in their turn for the rest of it."""

    then: tuple[AllowanceUsed, ...] = ()

    @property
    def all(self) -> tuple[AllowanceUsed, ...]:
        """In the order in which they are drawn."""
        return (self, *self.then)


@dataclass(kw_only=True)
class FeeDecision(Plain):
    """What the work costs; `amount` is null while the price is not known."""

    kind: FeeKind | Literal["steps"]
    amount: Amount | None
    currency: Currency
    rule: str | None = None
    rate: str | None = None
    minutes: int | None = None
    minimum_minutes: int | None = None
    block_minutes: int | None = None
    blocks: int | None = None
    status: Literal["applies", "may_apply", "included", "waived", "not_incurred"] | None = None
    indicative: bool = False
    waivable: bool = False
    consent_required: bool = False
    prepay_required: bool = False
    prepay_minimum: Amount | None = None
    balance: Amount | None = None
    terms: Terms | None = None
    alternatives: tuple[Amount, ...] = ()
    lines: tuple[FeeLine, ...] = ()
    tax: Literal["included", "excluded"] | None = None
    consent_form: Literal["reply", "click", "signature"] | None = None
    """How agreement has to be given."""
    allowance: AllowanceDrawn | None = None


class ScheduleWindow(Model):
    """When the work may be done; `from` and `until` bound a window, `start` is a qualitative promise."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: datetime | None = Field(None, alias="from", serialization_alias="from")
    until: datetime | None = None
    start: str | None = None


class EffectDone(Model):
    """Something that follows from the decision; the members depend on `type`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str


@dataclass
class TopicCandidate(Plain):
    topic: str
    confidence: float
    because: tuple[str, ...] = ()


@dataclass
class Signal(Plain):
    """What a text hints at besides its topic: for people to see, decided by nothing."""

    name: str
    value: str | int | bool
    because: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Breach(Plain):
    metric: str
    late_seconds: int
    excused: bool = False
    excused_by: str | None = None
    liability: str = "unspecified"


@dataclass(kw_only=True)
class AnyOf(Plain):
    """One of these combinations is enough."""

    any_of: tuple[tuple[str, ...], ...]


@dataclass(kw_only=True)
class ChannelState(Plain):
    slug: str
    official: bool
    open: bool | None = None


@dataclass(kw_only=True)
class ActionTerms(Plain):
    slug: str
    roles: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    """How staff may check who asks, while that has to be done."""
    destructive: bool = False
    deliver_to: str | None = None


@dataclass(kw_only=True)
class Decision(Plain):
    provider: str
    policy_version: int
    settings_revision: int
    at: datetime
    outcome: Outcome
    reason: str | None = None
    standing: str | None = None
    notify_sender: bool = True
    topic: str | None = None
    topic_source: Literal["given", "staff", "triage"] | None = None
    topic_candidates: tuple[TopicCandidate, ...] = ()
    signals: tuple[Signal, ...] = ()
    priority: str | None = None
    department: str | None = None
    level: int | None = None
    language: str
    targets: tuple[TargetTime, ...] = ()
    coverage: Coverage | None = None
    coverage_provisional: bool = False
    strict: bool = False
    fee: FeeDecision | None = None
    work_gate: WorkGate = WorkGate.OPEN
    schedule: ScheduleWindow | None = None
    missing: tuple[str | AnyOf, ...] = ()
    completeness: float | None = None
    recommendations: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    redirect: tuple[str, ...] = ()
    effects: tuple[EffectDone, ...] = ()
    channel: ChannelState | None = None
    action: ActionTerms | None = None
    breach: Breach | None = None
    citations: tuple[Citation, ...] = ()
    assumptions: tuple[AssumptionUsed, ...] = ()

    def same_as(self, other: "Decision") -> bool:
        """Whether both say the same, whenever each was made."""
        return {**self.__dict__, "at": other.at} == other.__dict__

    @property
    def holds_words(self) -> bool:
        """Whether it holds words that somebody wrote."""
        heard = any(one.because for one in self.topic_candidates) or bool(self.signals)
        return heard or any("because" in (effect.model_extra or {}) for effect in self.effects)

    def adding(
        self,
        citations: tuple[Citation, ...],
        assumptions: tuple[AssumptionUsed, ...],
        effects: tuple[EffectDone, ...],
        **seen: Any,
    ) -> "Decision":
        """The decision with what the rules about a step have said besides; `seen`: other members that have changed."""
        clauses, known = {c.clause for c in citations}, {a.id for a in self.assumptions}
        return self.changed(
            **seen,
            citations=(*citations, *[c for c in self.citations if c.clause not in clauses or c not in citations]),
            assumptions=(*self.assumptions, *[a for a in assumptions if a.id not in known]),
            effects=(*effects, *self.effects),
        )


DECISIONS = TypeAdapter(Decision)
"""Reads one from JSON values or its text."""


def written(said: Plain, **instead: Any) -> bytes:
    """A decision or a part of one as JSON, as the wire and the rows hold it; `instead`: members that differ."""
    return written_members({**said.__dict__, **instead} if instead else said)


def written_members(members: Plain | Mapping[str, Any]) -> bytes:
    """Some members of a decision as JSON, as `written` writes them."""
    return orjson.dumps(members, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def jsonable(said: Plain) -> dict[str, Any]:
    """As JSON values, as it is written."""
    values: dict[str, Any] = orjson.loads(written(said))
    return values


def jsonable_citations(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """As `jsonable` writes them."""
    return [
        {"clause": c.clause, "sentence": c.sentence, "stage": c.stage, "effect": c.effect, "because": {**c.because}}
        for c in citations
    ]


def jsonable_lines(lines: Sequence[FeeLine]) -> list[dict[str, Any]]:
    """As `jsonable` writes them."""
    return [
        {
            "rule": line.rule,
            "text": line.text,
            "minutes": line.minutes,
            "quantity": line.quantity,
            "unit_price": format(line.unit_price, "f"),
            "amount": format(line.amount, "f"),
            "clauses": list(line.clauses),
        }
        for line in lines
    ]


def jsonable_assumptions(assumptions: Sequence[AssumptionUsed]) -> list[dict[str, Any]]:
    """As `jsonable` writes them."""
    return [{"id": used.id, "value": used.value} for used in assumptions]
