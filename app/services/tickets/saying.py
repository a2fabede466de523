"""What is said along with each action on a ticket: the members of its body, and what there is to choose from."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal, get_args, get_origin

import orjson
from pydantic import BaseModel

from app.policy.compile import CompiledPolicy
from app.schemas import quotes, verbs
from app.schemas.tickets import MessageWrite, TicketPatch
from app.services.tickets.offering import offered_with

BODIES: Final[Mapping[str, type[BaseModel]]] = {
    "triage": verbs.Triage,
    "assign": verbs.Assign,
    "hand_over": verbs.HandOver,
    "escalate": verbs.Escalate,
    "transfer": verbs.Transfer,
    "diagnose": verbs.Diagnose,
    "verify": verbs.Verify,
    "availability": verbs.Availability,
    "negotiate": verbs.Negotiate,
    "schedule": verbs.Schedule,
    "excuse": verbs.Excuse,
    "override": verbs.Override,
    "record_work": verbs.RecordWork,
    "resolve": verbs.Resolve,
    "reopen": verbs.Reopen,
    "merge": verbs.Merge,
    "quote": quotes.QuoteAsk,
    "consent": quotes.ConsentGive,
    "decline": quotes.Decline,
    "waive": quotes.Waive,
    "settle": quotes.Settle,
    "pay": quotes.Payment,
    "reply": MessageWrite,
    "note": MessageWrite,
    "describe": TicketPatch,
}
_HERE: Final[Mapping[str, frozenset[str]]] = {"quote": frozenset({"ticket"}), "note": frozenset({"visibility"})}
"""What may be left out elsewhere, and makes it this action."""
_ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {"quote": frozenset({"account", "facts", "rule"})}
"""What belongs to a price for no ticket."""

_CHOICES: Final[Mapping[str, Mapping[str, list[Any]]]] = {
    "assign": {"staff": ["me"]},
    "note": {"visibility": ["internal"]},
    "reply": {"visibility": ["public"]},
}
"""Of several that are possible those that make it this action, or are known beforehand."""


def _said(action: str, body: type[BaseModel]) -> dict[str, Any]:
    required, optional, choices = list[str](), list[str](), dict[str, Any]()
    for name, member in body.model_fields.items():
        if name not in _ELSEWHERE.get(action, ()):
            needed = member.is_required() or name in _HERE.get(action, ())
            said = member.alias or name
            (required if needed else optional).append(said)
            if found := _literals(member.annotation):
                choices[said] = list(found)
    return {"required": required, "optional": optional, "choices": {**choices, **_CHOICES.get(action, {})}}


def _literals(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(one for part in get_args(annotation) for one in _literals(part))


def _written(said: Mapping[str, Any]) -> orjson.Fragment:
    """Written once, as it goes into every answer."""
    return orjson.Fragment(orjson.dumps(said))


_NOTHING: Final[Mapping[str, Any]] = {"required": [], "optional": [], "choices": {}}
_SAID: Final = {action: _said(action, body) for action, body in BODIES.items()}
_WRITTEN: Final = {action: _written(said) for action, said in _SAID.items()}
_NOTHING_WRITTEN: Final = _written(_NOTHING)


def said_with(policy: CompiledPolicy, action: str, level: int | None) -> orjson.Fragment:
    """Names of what must be said along with an action and of what may be, and what there is to choose from.

    `level` is the ticket's.
    """
    there = offered_with(policy, action, level)
    return _with_choices(action, there) if there else _WRITTEN.get(action, _NOTHING_WRITTEN)


@lru_cache(maxsize=512)
def _with_choices(action: str, there: tuple[tuple[str, tuple[str | int, ...]], ...]) -> orjson.Fragment:
    said = _SAID.get(action, _NOTHING)
    return _written({**said, "choices": {**said["choices"], **dict(there)}})
