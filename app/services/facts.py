"""Facts as somebody states them: checked against the policy, and cut down to what that somebody may assert."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.base.errors import Fault, Problem
from app.base.pointers import pointer
from app.base.unseen import is_unseen
from app.base.vocabulary import Asserter, Scope
from app.db.callers import CallerRow, Kind
from app.policy.compile import CompiledPolicy
from app.policy.language.matters import Fact
from app.policy.language.model import Duration
from app.policy.language.standard import CLAIMED, STATED, STATED_BY

_DURATION: TypeAdapter[Any] = TypeAdapter(Duration)
_LONGEST = 4000
_LARGEST = 10**12
_OF_KIND = {
    Kind.CONTACT: frozenset({Asserter.CUSTOMER}),
    Kind.RESELLER: frozenset({Asserter.RESELLER, Asserter.CUSTOMER}),
    Kind.STAFF: frozenset({Asserter.STAFF, Asserter.CUSTOMER}),
}
_OF_SCOPE = {
    Scope.SUBMIT: {Asserter.CUSTOMER},
    Scope.INBOUND: {Asserter.CUSTOMER, Asserter.TEXT},
    Scope.EVENTS: {Asserter.MONITOR},
    Scope.PAYMENTS: set[Asserter](),
}


@dataclass(slots=True)
class Stated:
    """`asserted` decides; `claimed` is kept as somebody's word. Names are the policy's own, without `claimed_`.

    Nobody changes one.
    """

    asserted: dict[str, Any]
    claimed: dict[str, Any]

    @property
    def all(self) -> dict[str, Any]:
        """As the policy reads them."""
        if not self.claimed:
            return {**self.asserted}
        return {**self.asserted, **{CLAIMED + name: value for name, value in self.claimed.items()}}


def asserters(caller: CallerRow) -> frozenset[Asserter]:
    """As whom the caller speaks. Staff who write a call down say what the customer says."""
    if caller.kind is Kind.SERVICE:
        return frozenset[Asserter]().union(*(_OF_SCOPE[scope] for scope in caller.scopes))
    return _OF_KIND[caller.kind]


def state(policy: CompiledPolicy, facts: Mapping[str, Any], who: Iterable[Asserter]) -> Stated:
    """Problem with every fault where a fact is unknown or its value of another type."""
    stated = Stated({}, {})
    if not facts:
        return stated
    faults, speaking = list[Fault](), frozenset(who)
    for written, value in facts.items():
        name = policy.aliases.get(written.removeprefix(CLAIMED), written.removeprefix(CLAIMED))
        declared = _declared(policy, name)
        if declared is None:
            faults.append(Fault(_place(written), "unknown", "The policy knows no fact of this name."))
            continue
        try:
            read = None if value is None else _READERS[declared.type](value, declared, policy)
        except _Unfit as unfit:
            faults.append(Fault(_place(written), unfit.code, unfit.message))
            continue
        may = not written.startswith(CLAIMED) and not speaking.isdisjoint(declared.asserted_by)
        (stated.asserted if may else stated.claimed)[name] = read
    if faults:
        raise Problem("invalid", errors=faults)
    return stated


def taken_away(policy: CompiledPolicy, facts: Iterable[str]) -> dict[str, None]:
    """What to state so that none of these stays; what the desk noticed by itself is nobody's to take away."""
    plain = (name.removeprefix(CLAIMED) for name in facts)
    return {name: None for name in plain if _declared(policy, name) is not None}


def _declared(policy: CompiledPolicy, name: str) -> Fact | None:
    return policy.document.facts.get(name) or _STANDARD.get(name)


_WHOEVER_ASKS = frozenset({Asserter.CUSTOMER, Asserter.RESELLER, Asserter.STAFF})
_STANDARD = {
    name: Fact.model_validate({"type": kind, "asserted_by": sorted(STATED_BY.get(name, _WHOEVER_ASKS))})
    for name, kind in STATED.items()
}
"""Facts that the engine itself asks for, as if every document declared them."""


def _place(name: str) -> str:
    return pointer("facts", name[:64])


class _Unfit(Exception):  # noqa: N818 - it reads as what happened
    def __init__(self, message: str, code: str = "type") -> None:
        super().__init__(message)
        self.code, self.message = code, message


def _bool(value: Any, _: Fact, __: CompiledPolicy) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("This must be true or false.")
    return value


def _int(value: Any, _: Fact, __: CompiledPolicy) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # to JSON, 5.0 is the number 5, and PHP writes it so
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Unfit("This must be a whole number.")
    if value < 0:
        raise _Unfit("This counts something: it must be at least 0.", "out_of_range")
    if value > _LARGEST:
        raise _Unfit("This number is too large.", "out_of_range")
    return value


def _decimal(value: Any, _: Fact, __: CompiledPolicy) -> Any:
    try:
        number = Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise _Unfit("This must be a number.")
    if abs(number) > _LARGEST or len(str(value)) > 32:
        raise _Unfit("This number is too large or too long.", "out_of_range")
    return value


def _money(value: Any, fact: Fact, policy: CompiledPolicy) -> str:
    if not isinstance(value, str):
        raise _Unfit('This must be an amount in quotes, such as "85.00".')
    return str(_decimal(value, fact, policy))


def _enum(value: Any, fact: Fact, _: CompiledPolicy) -> str:
    known = (*fact.values, *(own for inside in fact.within.values() for own in inside))
    if value not in known:
        raise _Unfit(f"This must be one of {', '.join(known)}.", "not_offered")
    return str(value)


def _text(value: Any, _: Fact, __: CompiledPolicy) -> str:
    """Empty where nothing of it is seen: a form whose field was left blank has not said it."""
    if not isinstance(value, str):
        raise _Unfit("This must be a string.")
    if len(value) > _LONGEST:
        raise _Unfit(f"This may have at most {_LONGEST} characters.", "too_long")
    return "" if is_unseen(value) else value


def _topic(value: Any, fact: Fact, policy: CompiledPolicy) -> str:
    text, topics = _text(value, fact, policy), policy.document.topics
    if text not in topics and not any(known.startswith(text + ".") for known in topics):
        raise _Unfit("The policy knows no topic of this name.", "not_offered")
    return text


def _instant(value: Any, _: Fact, __: CompiledPolicy) -> str:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or not 1970 <= instant.year < 2200:
        raise _Unfit("This must be an instant, such as 2026-02-10T10:15:00Z.")
    if instant.tzinfo is None:
        raise _Unfit("This instant needs its offset from UTC, such as Z or +02:00.", "naive_time")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _duration(value: Any, _: Fact, __: CompiledPolicy) -> str:
    try:
        _DURATION.validate_python(value)
    except ValidationError:
        raise _Unfit("This must be a duration, such as PT15M.") from None
    return str(value)


def _list(value: Any, _: Fact, __: CompiledPolicy) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(entry, str | int | bool) for entry in value):
        raise _Unfit("This must be a list of plain values.")
    if len(value) > 200 or any(isinstance(entry, str) and len(entry) > 255 for entry in value):
        raise _Unfit("This may have at most 200 entries of 255 characters.", "too_long")
    return value


_READERS: dict[str, Callable[[Any, Fact, CompiledPolicy], Any]] = {
    "bool": _bool,
    "int": _int,
    "decimal": _decimal,
    "money": _money,
    "enum": _enum,
    "text": _text,
    "email": _text,
    "topic": _topic,
    "instant": _instant,
    "duration": _duration,
    "list": _list,
}
