"""What the row of a ticket remembers of it beside its columns: whatever is not as it usually is, as JSON."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

import orjson
from pydantic import BaseModel, TypeAdapter

from app.policy.decision import TargetTime
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine, ClockRecord, ClockTerms

_COLUMNS: Final = frozenset(
    (
        *("id", "account", "received_at", "request", "facts", "decision", "status", "department", "level"),
        *("assignee", "merged_into", "incident", "resolved_at", "closed_at"),
    )
)
_REQUEST_COLUMNS: Final = frozenset({"channel", "sender", "facts", "estimated_minutes", "on_behalf_of"})
_LENGTH: Final = TypeAdapter(timedelta)

Usual = Mapping[str, Any]
"""The defaults by name; of what has none nothing is usual."""


def _usual(kind: Any) -> Usual:
    return {field.name: _default(field) for field in fields(kind)}


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


# Whatever else the policy remembers, new members of later versions included.
_OF_TICKET: Final = {name: usual for name, usual in _usual(Ticket).items() if name not in _COLUMNS}
_OF_REQUEST: Final = {
    name: field.default for name, field in Request.model_fields.items() if name not in _REQUEST_COLUMNS
}
_OF_LINE, _OF_TERMS, _OF_RECORD, _OF_TARGET = map(_usual, (ClockLine, ClockTerms, ClockRecord, TargetTime))


def remembered(ticket: Ticket) -> bytes:
    """JSON that `as_ticket` reads again."""
    kept = _of_ticket(ticket, _OF_TICKET)
    if request := _unusual(ticket.request, _OF_REQUEST):
        kept["request"] = request
    return _written(kept)


def remembered_since(before: Ticket, after: Ticket, kept: Mapping[str, Any]) -> bytes:
    """The same, where the row remembers `kept` of `before` and the request has stayed: what differs is made anew."""
    then, now = before.__dict__, after.__dict__
    changed = {name: usual for name, usual in _OF_TICKET.items() if now[name] is not then[name]}
    still = {name: value for name, value in kept.items() if name not in changed}
    return _written(still | _of_ticket(after, changed))


def _of_ticket(ticket: Ticket, usual: Usual) -> dict[str, Any]:
    kept = _unusual(ticket, usual)
    if "clocks" in kept:
        kept["clocks"] = [_clock(line) for line in ticket.clocks]
    return kept


def _written(kept: Mapping[str, Any]) -> bytes:
    return orjson.dumps(kept, default=_as_json, option=orjson.OPT_UTC_Z)


def _unusual(said: Any, usual: Usual) -> dict[str, Any]:
    members = said.__dict__
    # Nearly all are the very defaults, which costs less to see than to compare them.
    return {n: value for n, default in usual.items() if (value := members[n]) is not default and value != default}


def _clock(line: ClockLine) -> dict[str, Any]:
    kept = _unusual(line, _OF_LINE)
    kept["terms"] = _unusual(line.terms, _OF_TERMS)
    kept["target"] = _unusual(line.target, _OF_TARGET)
    if line.records:
        kept["records"] = [_record(record) for record in line.records]
    return kept


def _record(record: ClockRecord) -> dict[str, Any]:
    kept = _unusual(record, _OF_RECORD)
    if record.terms is not None:
        kept["terms"] = _unusual(record.terms, _OF_TERMS)
    return kept


def _as_json(value: Any) -> Any:
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    raise TypeError(f"{type(value).__name__} is nothing that a ticket remembers")


@lru_cache(maxsize=256)
def _length(value: timedelta) -> str:
    written: str = _LENGTH.dump_python(value, mode="json")
    return written
