"""Tickets as they are shown, from a row or from what has just been written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from app.base.money import to_the_point

_PLAIN = (
    *("id", "reference", "status", "outcome", "reason", "priority", "department", "level", "topic", "topic_source"),
    *("coverage", "work_gate", "fee", "schedule", "standing", "channel", "language", "subject", "facts", "claimed"),
    *("policy_version", "settings_revision", "estimated_minutes", "worked_minutes", "merged_into", "follow_up_of"),
    *("incident", "breached", "resolution", "external_ref", "metadata", "version"),
)
_PLAIN_OF = itemgetter(*_PLAIN)
_INSTANTS = (*("received_at", "decided_at", "resolved_at", "closed_at", "created_at", "updated_at"),)
_CLOCK = ("metric", "cycle", "state", "kind", "calendar", "strength", "liability", "excused_by")
_CLOCK_OF = itemgetter(*_CLOCK)
_CLOCK_INSTANTS = ("started_at", "earliest_at", "due_at", "stopped_at")


def instant(value: datetime | str | None) -> datetime | str | None:
    """One that comes out of a row's JSON is text already, in UTC; a fraction has six digits everywhere."""
    if not isinstance(value, str):
        return value
    seconds, point, fraction = value.replace("+00:00", "Z").removesuffix("Z").partition(".")
    return f"{seconds}{point}{fraction:0<6}Z" if point else f"{seconds}Z"


def _instants(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of what has just been written are none that have to be read."""
    return {name: instant(at) if (at := row[name]).__class__ is str else at for name in names}


def summary_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket as lists show it."""
    requester = row["requester"]
    return {
        **dict(zip(_PLAIN, _PLAIN_OF(row), strict=True)),
        **_instants(row, _INSTANTS),
        "due_at": instant(row["next_due_at"]),
        "account": _named(row, "account"),
        "reseller": _named(row, "reseller"),
        "requester": {
            "contact": row["contact_id"],
            "name": requester.get("name"),
            "email": requester.get("email"),
            "user": requester.get("user"),
            "phone": requester.get("phone"),
        },
        "assignee": {"id": row["assignee_id"], "name": row["assignee_name"]} if row["assignee_id"] else None,
        "clocks": [clock_view(clock) for clock in row["clocks"]],
    }


def ticket_view(row: Mapping[str, Any], allowed: bytes) -> dict[str, Any]:
    decision = row["decision"]
    view = summary_view(row)
    view["quote"] = _price(row["latest_quote"])
    view["decision"] = orjson.Fragment(decision) if isinstance(decision, str) else decision
    view["allowed_actions"] = orjson.Fragment(allowed)
    return view


def _price(quote: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The latest quote for the ticket, where to read it, agree to it and pay it."""
    if quote is None:
        return None
    total = quote["total"]
    return {
        "id": quote["id"],
        "href": f"/v1/quotes/{quote['id']}",
        "status": quote["status"],
        "version": quote["edition"],
        "total": {"amount": written_amount(total, quote["currency"]), "currency": quote["currency"]}
        if total is not None
        else None,
        "indicative": quote["indicative"],
        "expires_at": instant(quote["expires_at"]),
    }


@lru_cache(maxsize=1_000)
def written_amount(amount: Decimal | str, currency: str) -> str:
    """Rows hold four digits after the point; the wire shows as many as the currency has: of yen none."""
    return format(to_the_point(Decimal(amount), currency), "f")


def joined(shown: str, latest: Mapping[str, Any] | None, decision: str, allowed: bytes) -> bytes:
    """A whole ticket on the wire, of parts that are written already; `shown` is as lists show it."""
    quote = b"null" if latest is None else written(_price(latest))
    parts = (
        shown[:-1].encode(),
        b',"quote":',
        quote,
        b',"decision":',
        decision.encode(),
        b',"allowed_actions":',
        allowed,
    )
    return b"".join((*parts, b"}"))


def clock_view(clock: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(_CLOCK, _CLOCK_OF(clock), strict=True)) | _instants(clock, _CLOCK_INSTANTS)


def _named(row: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    if row[f"{what}_id"] is None:
        return None
    return {name: row[f"{what}_{name}"] for name in ("id", "number", "name")}


def written(view: object) -> bytes:
    """As the wire and the stored answers hold it."""
    return orjson.dumps(view, default=str, option=orjson.OPT_UTC_Z)
