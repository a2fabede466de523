"""A delivery on its way: as it is put down, as a worker holds it, and how an attempt went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What is to be sent, frozen: every attempt sends the same. `kind` chooses who sends it."""

    kind: str
    id: UUID
    target: Mapping[str, Any]
    payload: Mapping[str, Any]
    event_id: UUID | None = None
    webhook_id: UUID | None = None
    not_before: datetime | None = None
    """None: at once."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook is called, and the sealed secrets to sign with."""

    url: str
    secret: bytes
    previous_secret: bytes | None
    previous_expires_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker alone tries, until the lease ends. `attempt` counts from 1."""

    provider_id: UUID
    id: UUID
    kind: str
    event_id: UUID | None
    webhook_id: UUID | None
    target: Mapping[str, Any]
    payload: Mapping[str, Any]
    attempt: int
    created_at: datetime
    endpoint: Endpoint | None = None
    """Of a webhook that is switched on."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt went. `gone`: there is no use in another one. `status`: HTTP's or SMTP's, where there was one."""

    delivered: bool
    status: int | None = None
    error: str | None = None
    gone: bool = False
    retry_after: timedelta | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the log of attempts shall keep."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is to be kept of an attempt. Not delivered and `again_at` None: it is dead."""

    claimed: Claimed
    attempt: Attempt
    at: datetime
    again_at: datetime | None
    took_ms: int

    @property
    def state(self) -> str:
        return "delivered" if self.attempt.delivered else "dead" if self.again_at is None else "pending"
