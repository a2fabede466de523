"""Everything a decision is given: the request, the customer, and what the desk already knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, JsonValue

from app.base.vocabulary import Coverage, TicketStatus
from app.policy.decision import Decision, Plain, ScheduleWindow, Signal, TopicCandidate
from app.policy.language.model import Model

# Mappings default to `Field(default_factory=dict)`: a `{}` would be copied deeply each time, nine times as slow.


@dataclass(kw_only=True)
class Grant(Plain):
    """What a member of staff works on."""

    id: str
    level: int
    """Tickets up to this one."""
    departments: tuple[str, ...] = ()
    """None named: all of them."""
    supervisor: bool = False


@dataclass(kw_only=True)
class Sender(Plain):
    """Who asks, as far as the entrance knows; their standing is found from the account."""

    email: str | None = None
    name: str | None = None
    user: str | None = None
    """Login of the client area."""
    phone: str | None = None
    """Where they can be called back; it identifies nobody."""
    mail_auth: Literal["pass", "fail", "none"] = "pass"
    role: Literal["staff", "system"] | None = None
    id: str | None = None
    """How records name the person: they outlive the address."""
    grant: Grant | None = None
    """Of staff; without one nothing limits them."""

    @property
    def known(self) -> dict[str, Any]:
        """Whatever is known of them, by name."""
        return {name: value for name, value in self.__dict__.items() if value is not None}

    @property
    def named(self) -> str | None:
        """For what is put on record; an address where nobody has given the person an id."""
        return self.id or self.email or self.user


class ListedContact(Model):
    """A person listed on an account."""

    role: str
    email: str | None = None
    user: str | None = None
    name: str | None = None
    flag: str | None = None


class ContractTarget(Model):
    kind: Literal["elapsed", "business"]
    max: timedelta


class Overtime(Model):
    status: Literal["unknown", "included", "applies"]
    rate: str | None = None


class CustomerContract(Model):
    """What the customer's own agreement adds to the policy."""

    after_hours: bool = False
    channels: tuple[str, ...] | None = None
    priorities: tuple[str, ...] | None = None
    overtime: Overtime | None = None
    targets: Mapping[str, Mapping[str, ContractTarget]] = Field(default_factory=dict)
    """By metric, then by priority."""


class Drawing(Model):
    """Help taken from an allowance before."""

    allowance: str
    at: datetime
    amount: Decimal


class Account(Model):
    """A hosting customer as the decision sees it."""

    number: str
    holder: str | None = None
    products: tuple[str, ...] = ()
    product_variant: str | None = None
    market: str | None = None
    market_catalogue: tuple[str, ...] | None = None
    server: str | None = None
    active: bool = True
    contact_info_current: bool = True
    state: Literal["active", "on_hold"] = "active"
    hosted_domains: tuple[str, ...] = ()
    reseller: str | None = None
    """Number of the reseller whose customer this is."""
    is_reseller: bool = False
    users_total: int | None = None
    vip: tuple[str, ...] = ()
    contract: CustomerContract | None = None
    contacts: tuple[ListedContact, ...] = ()
    facts: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Further facts of the account, asserted by contract or system."""
    tz: str | None = None
    """The customer's own zone, for calendars that go by it."""
    since: date | None = None
    """When the agreement began: the first period of its allowances."""
    drawings: tuple[Drawing, ...] = ()
    consents: tuple[str, ...] = ()
    """Tariffs that were agreed to once and for all."""


class Request(Model):
    """What is asked, in the caller's structured words; subject and body never decide."""

    channel: str | None = None
    menu_option: int | None = None
    sender: Sender | None = None
    on_behalf_of: Account | None = None
    action: str | None = None
    facts: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Already asserted by whoever may; `claimed_<name>` is somebody's word and decides nothing."""
    estimated_minutes: int | None = Field(None, ge=0, le=1_000_000)
    language: str | None = None
    topic_source: Literal["given", "staff", "triage"] = "given"


class OpenTicket(Model):
    """Another ticket of the account, as far as duplicates and emergencies ask."""

    id: str
    status: TicketStatus
    held: bool = False
    received_at: datetime
    facts: Mapping[str, Any] = Field(default_factory=dict)


class EarlierEvent(Model):
    """Something that was noticed about the account before."""

    at: datetime
    values: Mapping[str, Any] = Field(default_factory=dict)
    """`event`, its type, and what it stated."""


class Money(Model):
    """What has happened to the money of this ticket so far."""

    consented: Decimal | None = None
    declined: bool = False
    lapsed: bool = False
    """Nobody agreed while the price stood; it must be put anew."""
    paid: Decimal = Decimal(0)
    quoted: Decimal | None = None
    """An amount that staff put."""
    quoted_minutes: int | None = None
    minutes_used: int = 0
    waived: bool = False
    settled: bool = False
    """The job was done and charged."""


NO_MONEY = Money()


@dataclass(slots=True, kw_only=True)
class Situation:
    """What the desk knows besides the request. Nobody changes one."""

    account: Account | None = None
    account_named: bool = False
    """Whether the request itself names the account (or the token does)."""
    candidates: tuple[Account, ...] = ()
    """Accounts of the provider on which the sender is listed, where none was named."""
    reseller: Account | None = None
    """The account of the reseller whose customer `account` is."""
    open_tickets: tuple[OpenTicket, ...] = ()
    incidents: tuple[str, ...] = ()
    """Servers with an open incident."""
    earlier: tuple[EarlierEvent, ...] = ()
    """Events of the account before the one that is decided."""
    received_at: datetime | None = None
    """When the request arrived, if that is not now."""
    completed_at: datetime | None = None
    """When a held request became complete."""
    clock_starts: Mapping[str, datetime] = field(default_factory=dict)
    """Instants of the ticket's events that clocks may start from: escalated, diagnosed ..."""
    transition: str | None = None
    event: str | None = None
    dry_run: bool = False
    ticket: bool = False
    """Whether a ticket exists or is being made (administrative actions may need one)."""
    department: str | None = None
    level: int | None = None
    money: Money = NO_MONEY
    scheduled: bool = False
    """Staff have put the work into a window; the window is computed anew when it has passed."""
    window: ScheduleWindow | None = None
    """Of staff's own choice."""
    priority: str | None = None
    """Set by staff, over what the rules say."""
    coverage: Coverage | None = None
    """Set by staff, over what the entries say; never over a strict one."""
    topic_candidates: tuple[TopicCandidate, ...] = ()
    signals: tuple[Signal, ...] = ()
    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Open tickets whose words say the same, the likest first, with the words; they suggest and decide nothing."""
    previous: Decision | None = None
    confirmed_in_client_area: bool = False
