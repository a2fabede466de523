"""The steps of a scenario: one model for each kind, closed, as the file writes them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, JsonValue

from app.policy.desk.publishing import TargetChange
from app.policy.language.model import Model, Slug
from app.policy.situation import Sender
from app.policy.transitions import VERBS


def _written(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise ValueError("an instant is written with its offset, such as 2026-02-10T09:00:00+02:00")
    return value


def _decimal(value: Any) -> Any:
    if not isinstance(value, str | Decimal):
        raise ValueError('an amount is written in quotes, such as "85.00"')
    return value


def _known_verb(verb: str) -> str:
    if verb not in VERBS and verb not in ACCOUNT_VERBS:
        raise ValueError(f"there is no verb {verb}")
    return verb


Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
Amount = Annotated[Decimal, Field(ge=0), BeforeValidator(_decimal)]
Count = Annotated[int, Field(ge=0, strict=True)]
AccountName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
TicketName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Facts = dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], JsonValue]


class Step(Model):
    at: Instant | None = None


class RequestStep(Step):
    """A request to the desk, with everything a ticket, a classification, a message or an action may say."""

    account: AccountName | None = None
    on_behalf_of: AccountName | None = None
    channel: Slug | None = None
    menu_option: Count | None = None
    sender: Sender | None = None
    subject: str | None = None
    body: str | None = None
    action: Slug | None = None
    facts: Facts = {}
    estimated_minutes: Count | None = None


class TicketStep(RequestStep):
    pass


class ClassifyStep(RequestStep):
    pass


class MessageStep(RequestStep):
    ticket: TicketName


class ActionStep(RequestStep):
    ticket: TicketName | None = None


class ContactStep(Step):
    account: AccountName
    op: Literal["add", "replace", "remove", "confirm_all"]
    sender: Sender | None = None
    role: Slug | None = None
    email: str | None = None
    new_email: str | None = None
    facts: Facts = {}


ACCOUNT_VERBS = frozenset({"hold", "release", "adopt"})

Said = Literal[
    "customer_info",
    "symptoms",
    "goal",
    "underlying_problem",
    "reproduction_attempt",
    "facts",
    "topic",
    "staff",
    "note",
    "to_level",
    "reason",
    "department",
    "cause",
    "estimated_minutes",
    "method",
    "result",
    "available",
    "due_at",
    "agreed_with",
    "from",
    "until",
    "metric",
    "code",
    "field",
    "value",
    "amount",
    "currency",
    "minutes",
    "into",
    "form",
]
"""What may be said along with a verb."""


class TransitionStep(Step):
    verb: Annotated[Slug, AfterValidator(_known_verb)]
    by: Sender
    ticket: TicketName | None = None
    account: AccountName | None = None
    payload: dict[Said, JsonValue] = {}


class EventStep(Step):
    type: Literal[
        "hosted_domain_added",
        "monitor_down",
        "target_met",
        "plugin_scan",
        "security_scan",
        "panel_update",
        "urgent_panel_update",
        "abuse_report",
        "reseller_customer_contact",
        "breached",
        "elapsed",
    ]
    ticket: TicketName | None = None
    """Whose time has come, of `breached` and `elapsed`."""
    since: Slug | None = None
    after: str | None = None
    calendar: Slug | None = None
    account: AccountName | None = None
    domain: str | None = None
    server: str | None = None
    metric: Slug | None = None
    due: Instant | None = None
    met_at: Instant | None = None
    delay_code: Slug | None = None
    strength: Slug | None = None
    plugin: str | None = None
    approved: Annotated[bool, Field(strict=True)] | None = None
    mail_gateway: Literal["up", "down"] | None = None
    content: str | None = None
    count: Count | None = None


class NoticeStep(Step):
    accounts: tuple[AccountName, ...]
    topic: str | None = None
    kind: Literal["announcement", "security", "incident"] = "announcement"


class QuoteStep(Step):
    account: AccountName | None = None
    rule: Slug | None = None
    facts: Facts = {}
    minutes: Count | None = None


class ReadStep(Step):
    account: AccountName | None = None
    sender: Sender | None = None


class PublishStep(Step):
    effective_from: Instant
    changes: tuple[TargetChange, ...] = ()


class ListedTicket(Model):
    """An open ticket, as far as a queue or a report asks."""

    as_: TicketName = Field(alias="as")
    received_at: Instant | None = None
    priority: Slug | None = None
    department: Slug | None = None
    due: Instant | None = None
    responded: Annotated[bool, Field(strict=True)] = False


class ReportStep(Step):
    metric: Slug
    period: str | None = None
    counts: dict[str, Count] = {}
    tickets: tuple[ListedTicket, ...] | None = None


class QueueStep(Step):
    tickets: tuple[ListedTicket, ...]


KINDS: dict[str, type[Step]] = {
    "ticket": TicketStep,
    "classify": ClassifyStep,
    "message": MessageStep,
    "action": ActionStep,
    "contact": ContactStep,
    "transition": TransitionStep,
    "event": EventStep,
    "notice": NoticeStep,
    "quote": QuoteStep,
    "read": ReadStep,
    "publish": PublishStep,
    "report": ReportStep,
    "queue": QueueStep,
}
