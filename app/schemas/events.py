"""Events on the wire, as the feed and webhooks carry them."""

from typing import Any

from app.schemas.fields import Id, Model, When


class EventSubject(Model):
    kind: str
    id: Id


class EventActor(Model):
    kind: str
    id: str | None


class Event(Model):
    """A type of `tombstone` keeps the place of an event that is for staff alone."""

    id: Id
    position: int
    type: str
    occurred_at: When
    provider: str
    subject: EventSubject
    actor: EventActor | None
    data: dict[str, Any]


class EventFeed(Model):
    data: list[Event]
    next_cursor: str
    """Where to go on, also at the end."""
