"""What a rule may bring about: `do` names it, the other members say how. Closed lists, no code."""

from typing import Annotated, Literal

from pydantic import Field

from app.base.vocabulary import Outcome, WorkGate
from app.policy.language.model import Duration, Model, Slug, TopicSlug

Stage = Literal[
    "topic",
    "sender",
    "emergency",
    "applicability",
    "channel",
    "duplicate",
    "intake",
    "action",
    "classify",
    "priority",
    "coverage",
    "target",
    "fee",
    "schedule",
    "effects",
    "event",
    "notice",
    "transition",
]


class FactReference(Model):
    """Stands for the value of a fact at the moment of the decision."""

    fact: str


Value = str | int | bool | FactReference


class SetOutcome(Model):
    """Admit or not. The first outcome other than `accepted` ends admission."""

    do: Literal["outcome"]
    outcome: Outcome
    reason: Slug | None = None
    """Reason code: one of the standard ones, or one that `reasons` of this document declares."""
    notify: Literal[True, False, "authenticated"] = True
    """Whether the sender is told; `authenticated`: only where the sender's domain authenticates, once a day."""
    redirect: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class SetPriority(Model):
    do: Literal["priority"]
    priority: Slug


class SetDepartment(Model):
    do: Literal["department"]
    department: Slug


class SetLevel(Model):
    do: Literal["level"]
    level: int | None = Field(ge=1, le=9)


class SetTopic(Model):
    """File the ticket under another topic, as a diagnosis does."""

    do: Literal["topic"]
    topic: TopicSlug


class SetFact(Model):
    """Derive a fact from others; never one that a person has stated."""

    do: Literal["fact"]
    fact: str
    value: Value


class SetGate(Model):
    """Close the work gate, or open what an earlier rule closed."""

    do: Literal["gate"]
    gate: WorkGate


class AddFee(Model):
    """A fee beside the coverage's own; both lines are shown."""

    do: Literal["fee"]
    fee: Slug


class Require(Model):
    """Facts that must be known: one of the combinations is enough."""

    do: Literal["require"]
    any_of: tuple[tuple[str, ...], ...] = Field(min_length=1)
    otherwise: Literal["held", "ask", "recommend", "refused"] = "held"
    reason: Slug | None = None


class Exempt(Model):
    """Later rules of these stages (or with these `check` names) do not refuse, hold or merge this request."""

    do: Literal["exempt"]
    stages: tuple[Stage, ...] = ()
    checks: tuple[Slug, ...] = ()


class Schedule(Model):
    """Put the work into the next window of a calendar."""

    do: Literal["schedule"]
    calendar: Slug
    replaces: tuple[Slug, ...] = ()
    """Metrics whose clocks end with it."""
    window: str | None = None
    """Fact that holds the start the customer wished for."""
    notice: Duration | None = None
    """The work starts no sooner than so long from now."""
    min_length: Duration | None = None
    """Windows with less time left are passed over."""
    retry: bool = True
    """Where the wish cannot be met: take the next window; false: leave it to staff."""


class Suggest(Model):
    do: Literal["suggest"]
    suggestions: tuple[str, ...] = Field(min_length=1)


class Redirect(Model):
    do: Literal["redirect"]
    redirect: tuple[str, ...] = Field(min_length=1)


class Link(Model):
    """Link to the open ticket that the rule's `same` found."""

    do: Literal["link"]
    suggest_merge: bool = True
    """For readers: staff may merge the two; none does by itself."""


class Append(Model):
    """Let the open ticket that the rule's `same` found take the request in; it gets no ticket of its own."""

    do: Literal["append"]


class Exclude(Model):
    """Leave this account out of the notice; the reason is recorded."""

    do: Literal["exclude"]
    reason: Slug


class Transition(Model):
    """Move the ticket on, as a verb of staff would."""

    do: Literal["transition"]
    verb: Literal["escalate", "transfer", "resolve", "close", "reopen"]
    to_level: int | None = None
    department: Slug | None = None


class Refund(Model):
    """Give back what was paid, or a share of it."""

    do: Literal["refund"]
    share: str = Field("1", pattern=r"^(0(\.\d{1,4})?|1)$")


class Emit(Model):
    """Something that follows and that the desk carries out or records."""

    do: Literal[
        "page",
        "notify",
        "reply",
        "relay",
        "transfer",
        "disclose",
        "follow_up",
        "hold_account",
        "create_ticket",
        "open_incident",
        "task",
        "staff_review",
        "flag",
        "warn",
        "record",
        "redact",
        "measure",
        "delay_code",
        "remove_plugin",
        "apply_update",
        "send_reset_link",
        "upgrade",
        "split",
    ]
    to: Value | None = None
    """`customer`, `account_owner`, `reseller`, `sender`, `primary`, `secondary`, `address_on_file`, or a name."""
    of: Value | None = None
    audience: Slug | None = None
    multiple: bool | None = None
    before: Slug | None = None
    task: Slug | None = None
    template: Slug | None = None
    channel: Slug | None = None
    effort: Literal["must", "best_effort"] | None = None
    mode: Literal["discretionary", "automatic"] | None = None
    until: Slug | None = None
    priority: Slug | None = None
    metric: Slug | None = None
    count: int | None = None
    status: Value | None = None
    server: Value | None = None
    domain: Value | None = None
    plugin: Value | None = None
    responsible: Literal["reseller"] | None = None


Effect = Annotated[
    SetOutcome
    | SetPriority
    | SetDepartment
    | SetLevel
    | SetTopic
    | SetFact
    | SetGate
    | AddFee
    | Require
    | Exempt
    | Schedule
    | Suggest
    | Redirect
    | Link
    | Append
    | Exclude
    | Transition
    | Refund
    | Emit,
    Field(discriminator="do"),
]
