"""What a policy may say: one document, the whole of a provider's support policy as data."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from app.base.money import Currency
from app.base.vocabulary import Strength, WorkGate
from app.policy.language.calendars import Calendar
from app.policy.language.clauses import Assumption, Clause
from app.policy.language.entrances import Action, Channel, ContactRole, Language, OtherChannels, Unverified
from app.policy.language.matters import Alias, Fact, Product, Topic
from app.policy.language.model import AssumptionId, ClauseId, Model, Slug, Sourced, Tag, TopicSlug, Words
from app.policy.language.prices import Allowance, Fee
from app.policy.language.promises import Credits, Department, Excuses, Level, Metric, MetricSlug, Priority, Target
from app.policy.language.rules import CoverageEntry, Rule


class Goal(Sourced):
    """A figure the provider has set itself."""

    metric: Slug
    numerator: str
    """A count that is reported, or of the open tickets: tickets_open, tickets_without_owner, tickets_without_due,
    tickets_without_owner_or_due, tickets_overdue; or how long ago a scan was reported of the product that has waited
    longest for one: seconds_since_plugin_scan, seconds_since_security_scan."""
    denominator: str | None = None
    """Left out: the goal is a number, not a ratio."""
    min: str | None = Field(None, pattern=r"^\d+(\.\d+)?$")
    max: str | None = Field(None, pattern=r"^\d+(\.\d+)?$")


class QueueOrder(Sourced):
    """Which open ticket is next."""

    order: tuple[Slug, ...] = ("priority", "received_at")
    """Of priority, received_at, due_at, department, or any event of the ticket (see TicketEvents), the earliest first:
    by `customer_wrote`, whoever writes again loses the place."""
    override_requires: tuple[Slug, ...] = ("reason",)
    in_progress: int | None = Field(None, ge=1)
    """Most tickets of one account in work at once."""


class AfterHours(Model):
    channels: tuple[Slug, ...] = ()
    """Served where the contract names none."""
    priorities: tuple[Slug, ...] = ()
    department: Slug | None = None


class Contract(Sourced):
    """What customers' own agreements may add."""

    after_hours: AfterHours = AfterHours()


class Change(Sourced):
    """How new versions take effect."""

    notice: bool = False
    effect: Literal["immediate", "dated"] = "immediate"
    open_tickets: Literal["keep", "migrate"] = "keep"


class Unspecified(Sourced):
    """What happens where no coverage entry matches."""

    gate: WorkGate = WorkGate.AWAITING_STAFF_DECISION
    fee: Literal["none"] = "none"
    then: Slug | None = None
    """Tariff by whose terms staff may put a price; until they do, it is free."""


class About(Sourced):
    """What a reader of the policy is told about it."""

    acknowledgement_required: bool = False
    availability: tuple[ClauseId, ...] = ()


class Document(Model):
    """A support policy. Published, it is immutable."""

    provider: Slug
    name: Words = ""
    prefix: str = Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$")
    """First part of clause ids and of ticket references."""
    published: date | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    locale: Tag = "en"
    tz: str
    currency: Currency
    strength: Strength = Strength.UNSPECIFIED
    catalogue: Slug | None = None
    """A catalogue of topics and facts to build on, such as `hosting`."""
    about: About = About()
    change: Change = Change()
    unspecified: Unspecified = Unspecified()
    clauses: Mapping[ClauseId, Clause] = Field(min_length=1)
    assumptions: Mapping[AssumptionId, Assumption] = {}
    facts: Mapping[str, Fact] = {}
    """What rules may read, beside DerivedValues. The engine itself knows `topic`, `product`, `language`, `currency`,
    `timezone`, `work_from`, `work_to`, `confirmed` and `staff_decision`, declared or not."""
    reasons: Mapping[Slug, Words] = {}
    """Reasons of the document's own for outcomes, beside StandardReasons, in words for the customer."""
    holidays: Mapping[str, tuple[date, ...]] = {}
    """Holiday sets of the document's own; sets of the library can be named without being repeated."""
    calendars: Mapping[Slug, Calendar] = {}
    topics: Mapping[TopicSlug, Topic] = {}
    aliases: tuple[Alias, ...] = ()
    products: Mapping[Slug, Product] = {}
    contacts: Mapping[Slug, ContactRole] = {}
    unverified: Unverified | None = None
    channels: Mapping[Slug, Channel] = Field(min_length=1)
    other_channels: OtherChannels = OtherChannels()
    languages: Mapping[Tag, Language] = {}
    actions: Mapping[Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]*)$")], Action] = {}
    """Administrative actions; `*` is every action not named."""
    levels: Mapping[int, Level] = {}
    departments: Mapping[Slug, Department] = {}
    priorities: Mapping[Slug, Priority] = {}
    metrics: Mapping[MetricSlug, Metric] = {}
    targets: tuple[Target, ...] = ()
    excuses: Excuses | None = None
    contract: Contract = Contract()
    fees: Mapping[Slug, Fee] = {}
    allowances: Mapping[Slug, Allowance] = {}
    credits: tuple[Credits, ...] = ()
    coverage: tuple[CoverageEntry, ...] = ()
    rules: tuple[Rule, ...] = ()
    goals: Mapping[Slug, Goal] = {}
    queue: QueueOrder = QueueOrder()
