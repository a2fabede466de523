"""What a policy may say: one document, the whole of a provider's support policy as data."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema

from app.base.money import Currency
from app.base.vocabulary import Asserter, Coverage, FeeKind, Role, Strength, Terms, WorkGate
from app.policy.language.effects import Effect, FactReference, Stage
from app.policy.language.model import (
    AssumptionId,
    ClauseId,
    Duration,
    Model,
    OneOrMore,
    Slug,
    Sourced,
    Tag,
    TopicPattern,
    TopicSlug,
    Words,
)
from app.policy.language.predicate import Predicate

TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["08:30", "24:00"])]
Interval = tuple[TimeOfDay, TimeOfDay]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$")]


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('an amount is written in quotes, such as "85.00"')
    return value


Price = Annotated[
    Decimal,
    Field(ge=0, max_digits=14, decimal_places=4),
    BeforeValidator(_exact),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{1,10}(\.\d{1,4})?$", "minimum": 0}),
]
MetricSlug = Slug


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


FactType = Literal["bool", "int", "decimal", "enum", "text", "topic", "email", "instant", "money", "duration", "list"]


class Fact(Model):
    """Something a rule may read, with who may say so."""

    type: FactType
    values: tuple[str, ...] = ()
    """The values of an enum."""
    default: JsonValue = None
    """What holds while nobody has said anything; left out: unknown."""
    by_topic: Mapping[TopicPattern, JsonValue] = {}
    """Defaults by topic, longest prefix first; before `default`."""
    asserted_by: tuple[Asserter, ...] = Field(min_length=1)
    derive: bool = False
    """The engine or a rule works it out; a statement overrides it."""
    aliases: tuple[str, ...] = ()
    personal: bool = False
    """Never copied into a citation."""
    within: Mapping[str, tuple[str, ...]] = {}
    """Values of the document's own, each below a standard value: {"third_party": ["registry"]}."""
    meaning: Words = ""


class Topic(Model):
    """What a request can be about; dots give the hierarchy."""

    names: Words = ""
    descriptions: Words = ""
    phrases: Mapping[Tag, tuple[str, ...]] = {}
    level: int | None = None


class Alias(Sourced):
    """This provider files one topic under another."""

    topics: tuple[TopicPattern, ...]
    to: TopicSlug | FactReference
    """The other topic, or the fact that names it (such as `similar_to`); that one decides coverage alone."""
    when: Predicate = {}


class Calendar(Sourced):
    """Opening times in a zone; intervals are half-open, 24:00 is the end of a day."""

    open: Literal["always"] | Mapping[Days, tuple[Interval, ...]] = {}
    """The hours of each weekday (`mon`, `mon-fri`); a day that is not named is closed."""
    outside: Slug | None = None
    """In place of all other members: open exactly when that calendar is closed, its holidays included."""
    tz: str | None = None
    """IANA zone; left out: the policy's; `account`: the customer's own."""
    holidays: Annotated[tuple[str, ...], OneOrMore] = ()
    """Names of holiday sets on whose dates it is closed, or has the hours of `on_holidays`."""
    on_holidays: tuple[Interval, ...] = ()
    """Hours on the dates of `holidays`; with `open` left out, a calendar of the holidays themselves."""
    extra: tuple[date, ...] = ()
    """Further dates on which it is closed."""
    dated: Mapping[date, tuple[Interval, ...]] = {}
    """Dates with opening times of their own, whatever the weekday or holiday: half days, every second Thursday."""


class Product(Sourced):
    name: Words = ""
    variants: tuple[Slug, ...] = ()
    markets: tuple[str, ...] = ()
    """Countries in which it is sold; left out: everywhere. Rules read the value `product_available`."""
    general: bool = False
    """Stands for every product without entries of its own."""
    aliases: tuple[Slug, ...] = ()


class ContactRole(Sourced):
    """A kind of person listed on an account."""

    name: Words = ""
    token_role: Literal[Role.PRIMARY_CONTACT, Role.SECONDARY_CONTACT, Role.AUTHORISED_CONTACT]
    max: int | None = Field(None, ge=1)
    min: int = Field(0, ge=0)
    """So many stay listed: the last ones cannot be removed."""
    address: Literal["any", "off_server"] = "any"
    """off_server: not on or below a domain hosted by this account."""
    not_on: Literal["account", "provider"] = "account"
    """`provider`: nor by any other account of the provider."""
    through_redirects: bool = False
    """Nor may mail to it be forwarded to such an address."""
    may: tuple[Slug, ...] = ()
    """Capabilities: `manage_contacts`, `consent`, `pay`, `act` ... `*` is written as `everything`."""
    receives: tuple[Slug, ...] = ()
    """For readers: what is sent to these people."""


class Unverified(Sourced):
    """Callers: people who name themselves where no address or login proves it."""

    channels: tuple[Slug, ...] = ()
    """Channels (or entrances) on which everybody is unverified until called back."""


class OutOfScope(Sourced):
    """What happens to a request beyond a channel's scope; the first that applies."""

    when: Predicate = {}
    outcome: Literal["accepted", "refused"] = "refused"
    reason: Slug | None = None
    live: bool = True
    """For readers: false where it is written up and nothing is solved on the line."""


class Channel(Sourced):
    """An entrance: how one may ask, when, and for what."""

    name: Words = ""
    official: bool = True
    calendar: Slug | None = None
    """When it is attended; none: nobody has said."""
    entrance: Slug | None = None
    """What requests call it; left out: this channel's own slug."""
    menu_option: int | None = Field(None, ge=0)
    mail_in: bool = False
    emergency: bool = False
    targets: Literal["normal", "none"] = "normal"
    open: Predicate = {}
    """Must hold for the channel to be served at all."""
    closed: Slug = "channel_unavailable"
    scope: Predicate = {}
    """Must hold for what may be asked here."""
    out_of_scope: Annotated[
        tuple[OutOfScope, ...],
        BeforeValidator(
            lambda v: ({"reason": v},) if isinstance(v, str) else v,
            json_schema_input_type=Slug | tuple[OutOfScope, ...],
        ),
    ] = ()
    redirect: tuple[str, ...] = ()
    contact_point: str | None = None
    """Address, number or link; null where the text has lost it."""


class OtherChannels(Sourced):
    """A request through an entrance that the policy does not offer."""

    outcome: Literal["refused", "accepted"] = "refused"
    reason: Slug = "channel_not_offered"
    redirect: tuple[str, ...] = ()


class Language(Sourced):
    calendar: Slug | None = None
    """When it is served; left out: whenever the channel is."""
    fallback: Tag | None = None


class Delivery(Model):
    """Where something secret goes: the first entry that applies."""

    when: Predicate = {}
    to: str
    """A contact role, `sender`, or `address_on_file`."""


class Fallback(Model):
    """Another way to check who asks."""

    when: Predicate
    """In place of the usual ones where this holds, such as out of date contact data."""
    method: Slug


class Action(Sourced):
    """An administrative action and what it takes."""

    name: Words = ""
    roles: tuple[Slug, ...] = ()
    """Contact roles that may ask; left out: every listed one."""
    requires: tuple[Literal["ticket", "account", "confirmation", "secure_form", "authenticated"], ...] = ()
    confirmation: Slug | None = None
    """Fact that confirms what cannot be undone."""
    verify: tuple[Slug, ...] = ()
    """Ways in which staff check who asks; the action waits until they have."""
    fallback: Fallback | None = None
    deliver_to: tuple[Delivery, ...] = ()
    destructive: bool = False
    topic: TopicSlug | None = None
    excluded_when: Predicate | None = None
    """Never done for tickets where this holds."""
    excluded_reason: Slug = "modification_excluded"


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
    next_, same_ and within_business_days: at closing; window: the calendar's next hours; the rest give no time."""
    min: Duration | None = None
    """Earliest usual time; reported, not promised."""
    max: Duration | None = None
    """The due time."""
    n: int | None = Field(None, ge=1, le=366)
    """Of `within_business_days`: due when the n-th one closes."""
    calendar: Slug | None = None
    cutoff: TimeOfDay | None = None
    """Local time from which a receipt counts as one of the next business day."""
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


class Payment(Model):
    timing: Literal["prepay", "postpay", "none"] = "postpay"
    portion: Literal["all", "minimum"] = "all"


class Band(Sourced):
    """Another price in the open time of a calendar; work across a boundary is divided by the minute."""

    name: Words = ""
    calendar: Slug
    times: Price | None = None
    """Multiple of the fee's amount."""
    amount: Price | None = None
    """A price of its own, in place of a multiple."""
    amounts: Mapping[Currency, Price] = {}
    """That price in further currencies."""
    minimum: Duration | None = None
    """The least that is billed of the part of the job in these hours."""
    block: Duration | None = None
    """That part is rounded up to a multiple of this."""


class Step(Model):
    """A price up to a length; with `per` it is added for each started span beyond the step before."""

    up_to: Duration | None = None
    """Left out in the last step alone: whatever is longer."""
    amount: Price
    amounts: Mapping[Currency, Price] = {}
    """The same price in further currencies."""
    per: Duration | None = None


class Part(Sourced):
    """One part of a price that is the sum of several."""

    text: Words
    amount: Price
    amounts: Mapping[Currency, Price] = {}
    """The same price in further currencies."""
    count: str | None = None
    """Fact that says how many; left out: once. While it is unknown, so is the price."""


class Fee(Sourced):
    """A tariff. Exact decimals; rounding half up to the currency's minor unit, once, at the end."""

    name: Words = ""
    kind: (
        Literal[FeeKind.FIXED, FeeKind.HOURLY, FeeKind.FLAT_UNTIL, FeeKind.QUOTE, FeeKind.OVERTIME, FeeKind.CONTRACT]
        | Literal["steps"]
    )
    """fixed: once; hourly: `amount` for each `per`; flat_until: `amount` up to `threshold`, above it a quote;
    steps: by length; quote: staff put it; overtime and contract: as the customer's own agreement says."""
    amount: Price | None = None
    amounts: Mapping[Currency, Price] = {}
    """The price in further currencies; the customer's fact `currency` chooses, where there is a price in it."""
    currency: Currency | None = None
    """Of `amount`; left out: the policy's."""
    per: Duration | None = None
    minimum: Duration | None = None
    """The least that is billed."""
    block: Duration | None = None
    """Work is rounded up to a multiple of this."""
    grace: Duration | None = None
    """Work that takes no longer costs nothing."""
    threshold: Duration | None = None
    threshold_inclusive: bool = True
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()
    """Added to the price of the time: a call-out, miles, items."""
    bands: tuple[Band, ...] = ()
    """Other prices by the hour of day or week; they go by the facts `work_from` and `work_to`, else by now."""
    minimum_span: Literal["band", "job"] = "job"
    """Whether `minimum` and `block` count for the whole job, or for its part in each band."""
    tax: Literal["included", "excluded", "unstated"] = "unstated"
    indicative: Literal[True, False, "until_paid"] = False
    waive_when: Predicate | None = None
    waive_clauses: tuple[ClauseId, ...] = ()
    decision: Literal["automatic", "staff"] = "automatic"
    consent: Literal["required", "implied", "none"] = "none"
    consent_form: Literal["reply", "click", "signature"] | None = None
    """The least that counts as agreement; a click counts where a reply does, a signature everywhere."""
    consent_lasts: Literal["ticket", "account"] = "ticket"
    """`account`: who has agreed once need not be asked again for this tariff."""
    terms: Terms = Terms.CAPPED
    payment: Payment = Payment()
    unsolved: Literal["refund", "keep"] = "refund"
    separate_item: bool = False
    """For readers: billed apart from the subscription."""
    alternatives: tuple[Price, ...] = ()
    """The same price under the other readings."""
    start: Slug | None = None
    """When the work is taken up, where the policy says (staff_capacity)."""


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


class Goal(Sourced):
    """A figure the provider has set itself."""

    metric: Slug
    numerator: str
    """A count that is reported, or of the open tickets: tickets_open, tickets_without_owner, tickets_without_due,
    tickets_without_owner_or_due, tickets_overdue."""
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


class Grant(Model):
    amount: Price
    """In the allowance's unit, for each period."""
    by_fact: str | None = None
    """Fact (int, decimal or money) that says how much instead, such as minutes of the plan."""


class Cost(Model):
    when: Predicate = {}
    times: Price
    """So many units in place of one; the first cost whose condition holds counts."""


class Draw(Model):
    """How a job draws."""

    block: Duration | None = None
    """Its length is rounded up to a multiple of this."""
    minimum: Duration | None = None
    per: Duration | None = None
    """Of credits and tickets: one for each started span of this length; left out: one for the job."""
    cost: tuple[Cost, ...] = ()
    """Work that draws more or less: at night, of another class."""


class Allowance(Sourced):
    """Help included per period, drawn by the work done; coverage entries name it."""

    unit: Literal["minutes", "credits", "tickets", "money"]
    grant: Grant
    per: Literal["month", "year", "rolling", "once"]
    """Calendar months and years of the policy's zone, any `span` before the work, or once and for all."""
    span: Duration | None = None
    """Of `rolling`."""
    scope: Literal["account", "reseller"] = "account"
    """Whose it is; `reseller`: one for all customers of a reseller."""
    eligible: Predicate = {}
    """Which work may draw; left out: all whose coverage names it."""
    draw: Draw = Draw()
    carry: Literal["none", "one_period", "all"] = "none"
    """What is left over at the end of a month or year; what expires first is drawn first."""
    expires: Duration | None = None
    """So long after it was granted, whatever is carried."""
    then: Slug | None = None
    """Fee for what the allowance does not cover; left out: that of the coverage entry."""
    remainder: Literal["minutes", "share"] = "minutes"
    """Of a job that the allowance covers in part: price the minutes that are left, or that share of the whole price."""


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
