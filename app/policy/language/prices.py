"""What help costs, and what of it is included: tariffs and allowances."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from app.base.money import Currency
from app.base.vocabulary import FeeKind, Terms
from app.policy.language.amounts import Price
from app.policy.language.model import ClauseId, Duration, Model, Slug, Sourced, Words
from app.policy.language.predicate import Predicate


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


class Grant(Model):
    amount: Price
    """In the allowance's unit, for each period."""
    by_fact: str | None = None
    """Fact (int, decimal or money) that says how much instead, such as minutes of the plan."""
    from_fact: str | None = None
    """Of `per: once`: fact (instant) of the day on which it was granted, such as when a package was bought. Until it is
    known nothing is; left out: the beginning of the customer's agreement."""


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

    name: Words = ""
    unit: Literal["minutes", "credits", "tickets", "money"]
    grant: Grant
    per: Literal["month", "year", "rolling", "once"]
    """Calendar months and years of the policy's zone, any `span` before the work, or once and for all."""
    span: Duration | None = None
    """Of `rolling`."""
    year_from: int = Field(1, ge=1, le=12)
    """Month in which a year of `per: year` begins, such as 4 where books are closed in March."""
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
    """What comes next for work that it does not cover or that is not eligible: another allowance, drawn in its turn, or
    a fee; left out: the fee of the coverage entry."""
    remainder: Literal["minutes", "share"] = "minutes"
    """Of a job that the allowance covers in part: price the minutes that are left, or that share of the whole price."""
