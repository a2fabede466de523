"""Webhooks and their deliveries on the wire."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from app.base.events import INTERNAL, EventType
from app.schemas import patterns
from app.schemas.fields import Id, Model, ShortText, When, Whole, refused

_SENT = frozenset(str(kind) for kind in EventType if kind not in INTERNAL)
_GROUPS = frozenset(f"{kind.partition('.')[0]}.*" for kind in _SENT)


def _known(name: str) -> str:
    if name not in _SENT and name not in _GROUPS:
        raise refused(
            "unknown", "There is no such event; docs/events.md lists them. `ticket.*` stands for all of a kind."
        )
    return name


Url = Annotated[str, Field(strict=True, min_length=8, max_length=2048, pattern=patterns.URL)]
EventTypes = Annotated[
    list[Annotated[str, Field(strict=True, max_length=64), AfterValidator(_known)]], Field(max_length=100)
]


DeliveryKind = Literal["webhook", "mail", "page", "announcement"]
"""`announcement`: a notice that is put down as one mail for each of its readers."""


class WebhookCreate(Model):
    url: Url
    description: ShortText | None = None
    event_types: EventTypes = Field([], description="Empty: every event; `ticket.*`: all of a kind")


class WebhookChange(Model):
    """What is left out stays as it is."""

    url: Url | None = None
    description: ShortText | None = None
    event_types: EventTypes | None = None
    active: bool | None = None


class WebhookRotate(Model):
    grace_seconds: Annotated[int, Field(strict=True, ge=0, le=7 * 86_400), Whole] = Field(
        86_400, description="How long the present secret still signs beside the new one"
    )


class Redeliver(Model):
    """Either one delivery, or all that did not arrive since an instant."""

    delivery: Id | None = None
    since: When | None = None

    @model_validator(mode="after")
    def _one(self) -> "Redeliver":
        if (self.delivery is None) == (self.since is None):
            raise refused("either", "Name either `delivery` or `since`.")
        return self


class Webhook(Model):
    id: Id
    url: str
    description: str | None
    event_types: list[str]
    active: bool
    disabled_reason: str | None
    failures: int
    paused_until: When | None
    previous_secret_expires_at: When | None
    version: int
    created_at: When
    updated_at: When


class WebhookWithSecret(Webhook):
    secret: str
    """Shown this once: `whsec_` and base64."""


class AttemptMade(Model):
    attempt: int
    at: When
    took_ms: int
    status: int | None
    error: str | None


class Delivery(Model):
    id: Id
    kind: DeliveryKind
    event: dict[str, Any] | None
    webhook: Id | None
    state: Literal["pending", "delivered", "dead"]
    attempts: int
    next_at: When | None
    last_status: int | None
    last_error: str | None
    delivered_at: When | None
    attempt_log: list[AttemptMade]
    created_at: When
    updated_at: When


class Redelivered(Model):
    deliveries: int
    """How many will be tried again at once."""
