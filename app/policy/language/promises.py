"""Times that a policy gives, and what misses of them oblige to."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from app.base.vocabulary import Strength
from app.policy.language.amounts import Price
from app.policy.language.calendars import TimeOfDay
from app.policy.language.model import Duration, Model, Slug, Sourced, TopicPattern, Words
from app.policy.language.predicate import Predicate

MetricSlug = Slug


class Level(Sourced):
    name: Words = ""
    topics: tuple[TopicPattern, ...] = ()
    """Topics expected to be solved here."""


class Department(Sourced):
    name: Words = ""
    when: Predicate = {}
    """Which requests go there; the first department whose condition holds."""
    level: int | None = 1
    """Level at which its tickets start; null: it has none."""
    for_supervisors: bool = False
    """Nobody else of the staff works on its tickets."""


class Priority(Sourced):
    name: Words = ""
    rank: int = Field(ge=1)


class Metric(Sourced):
    """A clock of the policy's own: acknowledge, workaround, next update. A target gives its time."""

    stops: str
    """What meets it: an event of the ticket (see TicketEvents), or a fact that comes to hold."""
    repeat: bool = False
    """Begins again each time it is met, until the ticket ends."""


class Credit(Model):
    """So much of a fee back for misses of this target."""

    of: Slug
    """Fact (money) with the fee that the share is taken of."""
    rate: Price
    """A share, such as "0.02", for each miss, or for each `per` of the delay."""
    per: Duration | None = None
    count: Literal["full", "started"] = "full"
    """Which of these spans count."""
    cap: Price | None = None
    """The most in one period, as a share."""
    period: Literal["month", "year"] = "month"
    combine: Literal["sum", "largest"] = "sum"
    """Of several misses in a period."""


class Liability(Model):
    credit: Credit


TargetKind = Literal[
    "elapsed",
    "business",
    "opening",
    "next_business_day",
    "same_business_day",
    "within_business_days",
    "window",
    "negotiated",
    "contract",
    "qualitative",
    "none",
]


class Table(Model):
    """A matrix of two facts, such as impact and urgency: one rule or target for each cell."""

    by: tuple[str, str]
    """The fact that chooses the row, and the one that chooses the column."""
    cells: Mapping[str, Mapping[str, JsonValue]] = Field(min_length=1)
    """Row by row: `{high: {now: urgent, later: normal}, low: {"*": normal}}`. `*` is every other value; null: nothing.

    In a target a cell holds its `max` as a duration, its `n` as a whole number, or several members of a target.
    """
    sets: str = "priority"
    """What a rule's cells hold: `priority`, `department`, `level`, or the name of a fact."""


class Target(Sourced):
    """A time the policy gives: per metric the first that applies, departments before priorities before the rest."""

    id: Slug | None = None
    metric: MetricSlug
    """A standard one (see StandardMetrics) or one of `metrics`."""
    when: Predicate = {}
    table: Table | None = None
    """Times by two facts: every cell is this target with what the cell holds."""
    kind: TargetKind
    """elapsed: `max` around the clock; business: `max` in the calendar's hours; opening: when the calendar next opens;
    next_, same_ and within_business_days: at closing, unless `due_at` says otherwise; window: the calendar's next
    hours; the rest give no time."""
    min: Duration | None = None
    """Earliest usual time; reported, not promised."""
    max: Duration | None = None
    """The due time."""
    n: int | None = Field(None, ge=1, le=366)
    """Of `within_business_days`: due when the n-th one closes."""
    calendar: Slug | None = None
    cutoff: TimeOfDay | None = None
    """Local time from which a receipt counts as one of the next business day."""
    receipt_counts: bool = False
    """Of `within_business_days`: whether the day of receipt, while open, is the first of them."""
    due_at: Literal["closing", "opening"] = "closing"
    """At which end of a later business day it is due."""
    start: Slug = "received"
    """When the clock begins: received, channel_attended (the channel's next opening), intake_complete, any event of
    the ticket (see TicketEvents), or a fact: an instant, or when it comes to hold."""
    strength: Strength | None = None
    liability: Literal["none", "unspecified"] | Liability | None = None
    pauses: tuple[Slug, ...] | None = None
    """Statuses in which the clock stands still; left out: the usual ones of the metric."""
    cancelled_by: tuple[Literal["billed", "scheduled"], ...] = ()
    """What ends the promise: work that is charged, or put into a window."""
    overridden_by_contract: bool = True
    """Whether a time in the customer's own agreement goes first."""


class Excuses(Sourced):
    """Delay codes: they label a miss and change neither due time nor verdict."""

    metrics: tuple[MetricSlug, ...]
    codes: tuple[Slug, ...]
    """Reasons of a delay, as staff name them."""


class CreditStep(Model):
    at_least: Price
    """So many misses, or so much availability in percent; the furthest step that is reached counts."""
    credit: Price
    """A share of the fee; "0" where nothing is owed."""


class Credits(Sourced):
    """Credits by the number of misses, or by availability, in a period."""

    id: Slug
    of: Slug = "monthly_fee"
    """Fact (money) with the fee that the share is taken of."""
    period: Literal["month", "year"]
    count: Literal["breaches", "availability"]
    metrics: tuple[MetricSlug, ...] = ()
    """Whose breaches count; left out: all."""
    steps: tuple[CreditStep, ...] = Field(min_length=1)
