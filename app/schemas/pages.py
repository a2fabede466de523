"""Pages on the wire."""

from typing import Literal

from app.schemas.events import EventSubject
from app.schemas.fields import Id, Model, When


class Page(Model):
    id: Id
    subject: EventSubject
    server: str | None
    audience: str
    on_call: int
    """How many people can be called."""
    all_at_once: bool
    summary: str
    state: Literal["triggered", "acknowledged", "resolved"]
    calls: int
    raised_at: When
    delivered_at: When | None
    time_to_page_seconds: float | None
    escalate_at: When | None
    acknowledged_at: When | None
    resolved_at: When | None
    ended_by: str | None
    version: int
    created_at: When
    updated_at: When
