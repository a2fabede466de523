"""Calls of a page in PagerDuty's Events v2 format, and to whom they go."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from app.base.identifiers import uuid7
from app.schemas.deliveries import NewDelivery

Action = Literal["trigger", "acknowledge", "resolve"]
Row = Mapping[str, Any]


def next_calls(page: Row, provider: str, now: datetime) -> Iterator[NewDelivery]:
    """The first call, or the one after nobody has answered: the next person in turn, or all at once."""
    addresses: Sequence[str | None] = page["on_call"] or [None]
    turn = addresses if page["all_at_once"] else [addresses[(page["calls"] - 1) % len(addresses)]]
    for address in turn:
        yield _call(page, "trigger", address, provider, now)


def last_calls(page: Row, action: Action, provider: str, now: datetime) -> Iterator[NewDelivery]:
    """To everybody who was called before: somebody has answered, or it is over."""
    addresses = page["on_call"]
    called = addresses if page["all_at_once"] else addresses[: page["calls"]]
    for address in called:
        yield _call(page, action, address, provider, now)


def _call(page: Row, action: Action, address: str | None, provider: str, now: datetime) -> NewDelivery:
    body: dict[str, Any] = {"event_action": action, "dedup_key": str(page["id"])}
    if action == "trigger":
        body["client"] = "Clausedesk"
        body["payload"] = {
            "summary": page["summary"],
            "source": page["server"] or provider,
            "severity": "critical",
            "timestamp": page["raised_at"],
            "group": page["audience"],
            "class": page["subject_kind"],
            "custom_details": {
                "provider": provider,
                "page": page["id"],
                "subject": {"kind": page["subject_kind"], "id": page["subject_id"]},
                "call": page["calls"],
            },
        }
    target = {"page": page["id"], "audience": page["audience"], "address": address}
    return NewDelivery("page", uuid7(now), target, body, event_id=page["event_id"])


def on_call_for(audience: str, department: str | None, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """By audience, else by department, else whoever stands by."""
    return known.get(audience) or known.get(department or "") or known.get("standby") or ()
