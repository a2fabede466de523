"""Customers told of a new version, where the version before says so: a notice for staff to look at and send."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.base.events import EventType
from app.policy.compile import CompiledPolicy
from app.policy.pages.phrases import phrase
from app.services.errands import Errand
from app.services.notices.writing import new_row, told

_TOPIC = "policy_change"
"""By which operators put their own words in place of ours, in `templates`."""


def drafted(errand: Errand, before: CompiledPolicy | None, begins: datetime) -> dict[str, list[dict[str, Any]]]:
    """The rows of the draft; nothing where nobody has to be told."""
    if before is None or not before.document.change.notice:
        return {}
    document = before.document
    day = begins.astimezone(ZoneInfo(document.tz)).date().isoformat()
    row = new_row(
        errand,
        kind="announcement",
        topic=_TOPIC,
        title=phrase("policy_changes", document.locale),
        body=before.template(_TOPIC) or phrase("policy_changes_on", document.locale, day),
        starts_at=begins,
    )
    event = errand.event(EventType.NOTICE_CREATED, ("notice", row["id"]), 1, told(row))
    return {"notice": [row], "event": [event]}
